"""What holds over every history: of facts in any order, of commitments at every moment."""

from __future__ import annotations

from random import Random
from typing import get_args

import msgspec
import pytest
from generated_histories import Moment, Plan, histories, play
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from own_words import agreed_in, last_own_word

from schemas.facts import ConsentRecorded, Event, Facts, LookupAnswered, Nomination, PersonAnswer, PromptAnswer, WaitDue
from services.domain.decide import decide
from services.domain.decisions import (
    AnswerTaken,
    CallAsked,
    CancellationRequested,
    CarePackageUpdated,
    FeedbackGiven,
    Held,
    InformationDue,
    InformationWithdrawn,
    Invited,
    Lifted,
    LookupAsked,
    LookupTaken,
    Nominated,
    OutOfSequence,
    ProgressNoted,
    Prompted,
    PromptWithdrawn,
    PutOff,
    ReferralMoved,
    Referred,
    Refusal,
    Stopped,
)
from services.domain.evolve import evolve
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL, standing
from services.domain.rules import RULES
from services.domain.rules.again import is_open
from services.domain.rules.holds import HOLD_REASONS
from services.domain.rules.news import is_old_news

#: The same examples on every run and every machine, and no clock that could fail one.
same_every_time = settings(
    derandomize=True, max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
#: To find one example is enough; the smallest is not needed.
reaching = settings(same_every_time, max_examples=2000, phases=[Phase.generate])
_KINDS = (
    AnswerTaken, CallAsked, CancellationRequested, CarePackageUpdated, FeedbackGiven, Held, InformationDue,
    InformationWithdrawn, Invited, Lifted, LookupAsked, LookupTaken, Nominated, OutOfSequence, ProgressNoted, Prompted,
    PromptWithdrawn, PutOff, ReferralMoved, Referred, Stopped,
)  # fmt: skip
#: Facts that Fitpath makes itself; all others come from publishers.
_OUR_OWN = (WaitDue,)


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.__name__)
def test_the_histories_reach_every_kind_of_decision(kind, policy: Policy):
    def reached(plans: list[Plan]) -> bool:
        return any(isinstance(made, kind) for moment in play(plans, policy) for made in moment.caused)

    assert find(histories(), reached, settings=reaching)


@pytest.mark.parametrize(
    "kind", [kind for kind in get_args(Facts) if kind not in _OUR_OWN], ids=lambda kind: kind.__name__
)
def test_the_histories_hold_every_fact_that_a_publisher_can_send(kind, policy: Policy):
    def held(plans: list[Plan]) -> bool:
        return any(isinstance(moment.event.facts, kind) for moment in _taken(plans, policy))

    assert find(histories(), held, settings=reaching)


@pytest.mark.parametrize("reason", sorted(set(HOLD_REASONS) - {"age"}))
def test_the_histories_reach_every_reason_to_hold(reason: str, policy: Policy):
    def reached(plans: list[Plan]) -> bool:
        return any(moment.after.hold == reason for moment in play(plans, policy))

    assert find(histories(), reached, settings=reaching)


@same_every_time
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_in_the_same_facts(policy: Policy, plans: list[Plan], random: Random):
    events = [moment.event for moment in play(plans, policy)]
    shuffled = random.sample(events, len(events))

    assert _told(shuffled) == _told(events) == _told(shuffled + events)


@same_every_time
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_in_the_same_state_of_a_referral(policy: Policy, plans: list[Plan], random: Random):
    whole = play(plans, policy)[-1].after
    requested = replace(
        whole,
        facts=(),
        stops=(),
        referrals=tuple(
            replace(item, status=standing((), item.cancellation).status, worker=None, workers=0)
            for item in whole.referrals
        ),
    )
    again = requested
    for event in random.sample(whole.facts, len(whole.facts)):
        again = evolve(again, event)

    assert [(item.status, item.reason, item.worker, item.workers) for item in again.referrals] == [
        (item.status, item.reason, item.worker, item.workers) for item in whole.referrals
    ]


@same_every_time
@given(histories())
def test_the_same_event_twice_changes_nothing(policy: Policy, plans: list[Plan]):
    for moment in _taken(plans, policy):
        assert evolve(moment.after, moment.event) is moment.after


@same_every_time
@given(histories())
def test_decide_is_total_and_pure(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        before = msgspec.json.encode(moment.before)
        copies = (msgspec.json.decode(before, type=Journey), _copy(moment.event))

        first, second = decide(moment.before, moment.event, policy), decide(*copies, policy)

        assert first == second
        assert msgspec.json.encode(moment.before) == before
        assert moment.refused is isinstance(first, Refusal)


@same_every_time
@given(histories())
def test_decide_is_total_for_an_event_that_is_a_fact_already(policy: Policy, plans: list[Plan]):
    for moment in _taken(plans, policy):
        assert not isinstance(decide(moment.after, moment.event, policy), Refusal)


@same_every_time
@given(histories())
def test_the_clock_never_goes_back(policy: Policy, plans: list[Plan]):
    for moment in _taken(plans, policy):
        clocks = [clock for clock in (moment.before.clock, moment.event.recorded) if clock is not None]
        assert moment.after.clock == max(clocks)


@same_every_time
@given(histories())
def test_there_are_never_two_open_prompts_or_two_open_referrals(policy: Policy, plans: list[Plan]):
    for moment in _taken(plans, policy):
        assert sum(is_open(prompt, moment.after) for prompt in moment.after.prompts) <= 1
        assert sum(referral.status not in TERMINAL for referral in moment.after.referrals) <= 1


@same_every_time
@given(histories())
def test_nobody_is_referred_without_their_agreement(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        for made in moment.caused:
            if isinstance(made, Referred):
                (told,) = (
                    fact.facts
                    for fact in (moment.event, *moment.before.put_off)
                    if agreed_in(fact.facts, made.agreement)
                )
                assert not isinstance(told, PromptAnswer) or told.answer == "refer"
                assert not isinstance(told, PersonAnswer) or told.answer == "agrees"
                given = told if isinstance(told, ConsentRecorded) else told.agreement
                assert set(made.agreement.items) <= set(given.items)
                assert made.agreement.recipient.ods == policy.provider.ods == made.provider.ods


@same_every_time
@given(histories())
def test_nobody_is_prompted_about_invited_or_referred_against_their_own_words(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        if any(isinstance(made, Prompted | Nominated | Invited | Referred) for made in moment.caused):
            assert last_own_word(moment.after, policy) != "does-not-want"


@same_every_time
@given(histories())
def test_there_is_one_reason_at_most_and_it_is_recorded_when_it_changes(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        held = [made for made in moment.caused if isinstance(made, Held)]
        prompted = [made for made in moment.caused if isinstance(made, Prompted | Nominated)]
        if moment.before.put_off and not moment.after.put_off:  # many events are decided on, one after the other
            continue
        assert len(held) + len(prompted) <= 1
        if held:
            assert moment.before.hold != held[0].reason == moment.after.hold
        if prompted:
            assert moment.after.hold is None
        assert moment.after.hold is None or not moment.after.stops


@same_every_time
@given(histories())
def test_what_is_old_moves_nobody(policy: Policy, plans: list[Plan]):
    for moment in _taken(plans, policy):
        answers = isinstance(moment.event.facts, LookupAnswered)  # other events are decided on with it
        if is_old_news(moment.after, moment.event, policy) and not answers:
            # an acceptance that comes late makes an appointment legal that is no old news
            told = [made for made in moment.caused if getattr(made, "purpose", None) != "appointment"]
            moved = (Prompted, Nominated, Invited, Referred, InformationDue)
            assert not any(isinstance(made, moved) for made in told)
            held = {made.reason for made in moment.caused if isinstance(made, Held)}
            assert held <= ({"old-news"} if isinstance(moment.event.facts, Nomination) else set())


@same_every_time
@given(histories())
def test_a_move_is_told_once_and_every_made_thing_has_an_id_of_its_own(policy: Policy, plans: list[Plan]):
    caused = [made for moment in play(plans, policy) for made in moment.caused]

    made_ids = [
        *((made.referral, made.move) for made in caused if isinstance(made, ReferralMoved)),
        *(made.prompt for made in caused if isinstance(made, Prompted | Nominated)),
        *(made.invitation for made in caused if isinstance(made, Invited)),
        *(made.referral for made in caused if isinstance(made, Referred)),
        *(made.information for made in caused if isinstance(made, InformationDue)),
        *(made.feedback for made in caused if isinstance(made, FeedbackGiven)),
    ]
    assert len(made_ids) == len(set(made_ids))


@same_every_time
@given(histories())
def test_a_step_of_support_moves_no_referral_and_is_told_to_who_referred_at_most_once(
    policy: Policy, plans: list[Plan]
):
    for moment in _taken(plans, policy):
        if any(isinstance(made, ProgressNoted) for made in moment.caused):
            states = [
                [(item.id, item.status, item.ended, item.told) for item in journey.referrals]
                for journey in (moment.before, moment.after)
            ]
            assert states[0] == states[1]
            told = [made for made in moment.caused if isinstance(made, FeedbackGiven)]
            audiences = [made.audience for made in told if made.thing is None and made.about is None]
            assert len(audiences) == len(set(audiences))
            assert set(audiences) <= {"gp-practice", "pain-service"}


@same_every_time
@given(histories())
def test_every_decision_names_known_rules_facts_as_evidence_and_a_sentence(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        facts = {(fact.source, fact.id) for fact in moment.after.facts}
        for made in moment.caused:
            assert set(made.rules) <= set(RULES)
            assert made.evidence
            assert {(found.source, found.id) for found in made.evidence} <= facts
            assert made.sentence.endswith(".")


@same_every_time
@given(histories())
def test_a_refused_event_leaves_no_trace(policy: Policy, plans: list[Plan]):
    for moment in play(plans, policy):
        if moment.refused:
            assert moment.after is moment.before


@same_every_time
@given(histories(), st.sampled_from(sorted(RULES)))
def test_no_switched_off_rule_makes_decide_fail(policy: Policy, plans: list[Plan], rule: str):
    assert len(play(plans, policy.without(rule))) == len(plans)


def _taken(plans: list[Plan], policy: Policy) -> list[Moment]:
    return [moment for moment in play(plans, policy) if not moment.refused]


def _told(events: list[Event]) -> Journey:
    journey = Journey(subject=events[0].subject)
    for event in events:
        journey = evolve(journey, event)
    return journey


def _copy(event: Event) -> Event:
    return msgspec.json.decode(msgspec.json.encode(event), type=Event)
