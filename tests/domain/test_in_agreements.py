"""Never refer unasked: a referral needs an agreement; without it, "refer" is treated as "invite"."""

from __future__ import annotations

from domain_builders import OTHER_PROVIDER, PRACTICE, PROVIDER, Walk, agreed, agreement, answered, discharge, note

from services.domain.decisions import AnswerTaken, EventKey, Referred
from services.domain.policy import Policy

BEGUN = note(0, days=28)
REFERRED = ("answer refer", "referred", "information referral", "care package")
INVITED = ("answer invite", "invited", "information invitation", "care package")


def test_an_agreement_refers(policy: Policy):
    walk = Walk(policy, BEGUN, agreed(1))
    assert walk.words == REFERRED

    referred = walk.made(Referred)[0]
    assert referred.agreement == agreement(1)
    assert (referred.provider, referred.referrer, referred.referrer_kind) == (PROVIDER, PRACTICE, "gp-practice")
    assert referred.evidence[0] == EventKey("urn:example:publisher", "prompt-answer-1")
    assert walk.journey.referrals[0].status == "2.0"


def test_without_an_agreement_refer_is_treated_as_invite(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "refer"))

    assert walk.words == INVITED
    assert walk.made(AnswerTaken)[0].sentence == "No agreement of the person is recorded: they are asked first."
    assert not walk.journey.referrals


def test_an_agreement_to_somebody_else_is_none(policy: Policy):
    assert Walk(policy, BEGUN, answered(1, "refer", agreement=agreement(1, OTHER_PROVIDER))).words == INVITED


def test_no_switched_off_rule_makes_a_referral_without_any_agreement(policy: Policy):
    assert Walk(policy.without("agreement.needed"), BEGUN, answered(1, "refer")).words == INVITED


def test_an_agreement_beside_an_invitation_only_invites(policy: Policy):
    """What is asked for is an invitation; a Consent that lies beside it does not turn it into more."""
    assert Walk(policy, BEGUN, answered(1, "invite", agreement=agreement(1))).words == INVITED


def test_who_was_invited_can_agree_on_the_same_task(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "invite"))
    invited = walk.prompt

    assert walk.take(agreed(10)) == REFERRED
    assert walk.journey.referrals[0].prompt == invited


def test_who_was_invited_can_decline_on_the_same_task(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "invite"), answered(10, "person-declined"))

    assert walk.words == ("answer person-declined", "care package")


def test_an_invitation_is_given_once(policy: Policy):
    walk = Walk(policy, BEGUN, answered(1, "invite"))

    assert walk.take(answered(2, "invite")) == ("out of sequence",)
    assert walk.take(answered(3, "refer")) == ("out of sequence",)  # still no agreement
    assert walk.take(agreed(4)) == REFERRED


def test_a_prompt_that_had_its_answer_takes_no_other(policy: Policy):
    for kind in ("not-now", "not-suitable", "person-declined"):
        walk = Walk(policy, BEGUN, answered(1, kind))
        assert walk.take(agreed(2)) == ("out of sequence",)
        assert not walk.journey.referrals


def test_a_person_is_referred_once(policy: Policy):
    walk = Walk(policy, BEGUN, agreed(1))

    assert walk.take(agreed(2)) == ("out of sequence",)
    assert len(walk.journey.referrals) == 1


def test_a_pain_service_refers_like_a_practice(policy: Policy):
    walk = Walk(policy, discharge(0, work="out-of-work"), agreed(1))

    assert walk.made(Referred)[0].referrer_kind == "pain-service"
