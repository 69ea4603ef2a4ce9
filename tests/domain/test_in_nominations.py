"""A clinician puts somebody forward: the person is invited or referred at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from domain_builders import (
    OTHER_PRACTICE,
    OTHER_PROVIDER,
    PAIN_SERVICE,
    PRACTICE,
    PROVIDER,
    WORKER,
    Walk,
    agreed,
    agreement,
    answer,
    answered,
    at,
    discharge,
    due,
    flag,
    nominated,
    note,
    wish,
)
from support_builders import moved

from services.domain.decisions import (
    EventKey,
    FeedbackGiven,
    InformationDue,
    Invited,
    Nominated,
    Prompted,
    Referred,
)
from services.domain.policy import Policy
from services.domain.rules.again import is_open

INVITED = ("nominated by gp-practice Y99901 to keep-work: invite", "invited", "information invitation", "care package")
REFERRED = ("nominated by gp-practice Y99901 to keep-work: refer", "referred", "information referral", "care package")
ON_AN_OPEN_PROMPT = ("answer refer", "referred", "information referral", "care package")
BEGUN = note(0, days=28)
NOMINATION = EventKey("urn:example:publisher", "nomination-5")


def with_agreement(day: int, by=PRACTICE, **changes):
    return nominated(day, by, **{"agreement": agreement(day), **changes})


def test_who_nominates_is_not_asked_again_and_the_person_is_invited(policy: Policy):
    walk = Walk(policy, nominated(5))

    assert walk.words == INVITED
    made = walk.made(Nominated)[0]
    assert (made.owner, made.nomination, made.evidence) == (PRACTICE, NOMINATION, (NOMINATION,))
    assert made.rules == ("evidence.clinician",)
    prompt = walk.journey.prompts[0]
    assert (prompt.answer, prompt.answered, prompt.nomination) == ("invite", at(5), NOMINATION)
    assert prompt.lapses == at(5) + timedelta(days=policy.prompt.lapse_days)
    assert prompt.invitation == walk.made(Invited)[0].invitation
    assert walk.made(InformationDue)[0].sender == PRACTICE
    assert not walk.made(Prompted)


def test_with_the_persons_agreement_they_are_referred_in_the_name_of_who_nominates(policy: Policy):
    walk = Walk(policy, with_agreement(5))

    assert walk.words == REFERRED
    referred = walk.made(Referred)[0]
    assert (referred.agreement, referred.provider) == (agreement(5), PROVIDER)
    assert (referred.referrer, referred.referrer_kind, referred.nomination) == (PRACTICE, "gp-practice", NOMINATION)
    assert referred.evidence == (NOMINATION,)
    assert walk.journey.prompts[0].answer == "refer"
    assert not is_open(walk.journey.prompts[0], walk.journey)


def test_feedback_of_the_referral_goes_to_who_nominated(policy: Policy):
    walk = Walk(policy, discharge(0), nominated(1, OTHER_PRACTICE, agreement=agreement(1)))

    assert walk.take(moved(2, "3.0", worker=WORKER)) == ("moved 3.0", "feedback gp-practice 3.0", "care package")
    assert walk.made(FeedbackGiven)[0].recipient == OTHER_PRACTICE


def test_an_agreement_with_somebody_else_only_invites_and_says_so(policy: Policy):
    walk = Walk(policy, nominated(5, agreement=agreement(5, OTHER_PROVIDER)))

    assert walk.words == INVITED
    assert walk.made(Invited)[0].rules == ("agreement.needed",)
    assert not Walk(policy, nominated(5)).made(Invited)[0].rules


def test_no_switched_off_rule_refers_without_any_agreement(policy: Policy):
    assert Walk(policy.without("agreement.needed"), nominated(5)).words == INVITED


@pytest.mark.parametrize(
    ("changes", "kind"), [({}, "gp-practice"), ({"kind": "pain-service"}, "pain-service")], ids=["not stated", "stated"]
)
def test_what_the_organisation_is_can_be_stated(changes, kind, policy: Policy):
    assert Walk(policy, nominated(5, **changes)).made(Nominated)[0].owner_kind == kind


def test_a_service_that_discharged_the_person_is_known_to_be_one(policy: Policy):
    walk = Walk(policy, discharge(0, work="in-work"), nominated(5, PAIN_SERVICE))

    assert walk.words[0] == "nominated by pain-service Y99903 to keep-work: invite"


def test_the_work_situation_makes_the_track_where_it_is_stated(policy: Policy):
    walk = Walk(policy, nominated(5, work="out-of-work"))
    made = walk.made(Nominated)[0]

    assert (made.track, made.work) == ("find-work", "out-of-work")
    assert made.rules == ("evidence.clinician", "work.stated")
    assert Walk(policy, flag(0), nominated(5)).made(Nominated)[0].track == "find-work"


def test_a_nomination_waits_for_no_spell(policy: Policy):
    assert Walk(policy, note(0, days=3, work="in-work"), nominated(1)).words == INVITED


def test_an_agreement_beside_an_impression_refers(policy: Policy):
    assert Walk(policy, with_agreement(5, wish=wish("does-not-want", "clinician"))).words == REFERRED


def test_an_agreement_while_an_invitation_is_open_is_the_second_answer(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "invite"))
    invited = walk.prompt

    assert walk.take(with_agreement(5, PAIN_SERVICE, kind="pain-service")) == ON_AN_OPEN_PROMPT
    referral = walk.journey.referrals[0]
    assert (referral.prompt, referral.referrer, referral.referrer_kind) == (invited, PAIN_SERVICE, "pain-service")
    assert referral.nomination == NOMINATION
    assert walk.made(InformationDue)[-1].sender == PAIN_SERVICE
    prompt = walk.journey.prompts[0]
    assert (prompt.answer, prompt.owner, prompt.nomination) == ("refer", PRACTICE, None)


def test_a_second_nomination_with_an_agreement_follows_the_invitation_of_the_first(policy: Policy):
    walk = Walk(policy, nominated(1))

    assert walk.take(with_agreement(5)) == ON_AN_OPEN_PROMPT
    assert len(walk.journey.prompts) == 1


def test_an_agreement_while_a_prompt_is_open_refers_and_closes_it_whoever_was_asked(policy: Policy):
    walk = Walk(policy, BEGUN, with_agreement(5, PAIN_SERVICE))

    assert walk.words == ON_AN_OPEN_PROMPT
    assert walk.take(answered(6, "invite")) == ("out of sequence",)
    assert walk.take(due(7, "remind")) == ("overtaken",)
    assert len(walk.journey.referrals) == 1


def test_an_agreement_refers_nobody_twice_though_a_prompt_is_open_beside_the_referral(policy: Policy):
    walk = Walk(policy, BEGUN)
    first = walk.prompt
    walk.take(note(120, days=28))
    walk.take(answer(121, first, "refer", agreement=agreement(121)))
    assert is_open(walk.journey.prompts[1], walk.journey)

    assert walk.take(with_agreement(122))[0] == "held already-referred"
    assert len(walk.journey.referrals) == 1


def test_what_answers_an_open_prompt_needs_no_time_of_asking_again(policy: Policy):
    """Also where a deployment has these times hold nominations."""
    strict = policy.without("again.nomination")
    walk = Walk(strict, BEGUN, answered(1, "not-suitable"), note(2, days=28, issuer=OTHER_PRACTICE))
    assert walk.words[0] == "prompted gp-practice Y99902 to keep-work"

    assert walk.take(with_agreement(5)) == ON_AN_OPEN_PROMPT


def test_a_nomination_by_who_was_asked_is_their_answer(policy: Policy):
    walk = Walk(policy, BEGUN, nominated(5))

    assert walk.words == ("answer invite", "invited", "information invitation", "care package")
    assert len(walk.journey.prompts) == 1


def test_an_invitation_after_a_nomination_can_be_answered_by_its_identifier(policy: Policy):
    declined = Walk(policy, nominated(1), answered(5, "person-declined"))
    assert declined.words == ("answer person-declined", "care package")

    referred = Walk(policy, nominated(1), agreed(5))
    assert referred.words == ON_AN_OPEN_PROMPT
    assert referred.journey.referrals[0].nomination == EventKey("urn:example:publisher", "nomination-1")


def test_an_invitation_after_a_nomination_lapses_and_holds_later_prompts(policy: Policy):
    walk = Walk(policy, nominated(1))

    assert walk.take(note(5, days=28))[0] == "held already-invited"
    assert walk.take(due(29, "lapse"))[0] == "lapsed"
    assert walk.take(note(40, days=28))[0] == "held asked-before"


def test_an_older_answer_does_not_open_a_second_invitation_beside_a_nominations(policy: Policy):
    walk = Walk(policy, BEGUN)
    first = walk.prompt
    walk.take(nominated(40))

    assert walk.take(answer(41, first, "invite")) == ("out of sequence",)
    assert [is_open(item, walk.journey) for item in walk.journey.prompts] == [False, True]
