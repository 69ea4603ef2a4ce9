"""Facts are a set, ordered by (time, source, id); commitments are changed by decisions alone (EXACTNESS 7)."""

from __future__ import annotations

from domain_builders import SUBJECT, Walk, agreed, answered, at, note

from services.domain.evolve import evolve
from services.domain.journey import Journey
from services.domain.policy import Policy


def _journey(*events) -> Journey:
    journey = Journey(subject=SUBJECT)
    for event in events:
        journey = evolve(journey, event)
    return journey


def test_facts_are_ordered_by_time_then_source_then_id():
    late, early = note(2), note(1)
    same_time = [note(1, source=source, id=id_) for source in ("urn:example:a", "urn:example:z") for id_ in ("a", "b")]

    facts = _journey(late, *reversed(same_time), early).facts

    assert facts == (*same_time[:2], early, *same_time[2:], late)


def test_the_same_id_of_another_source_is_another_event():
    assert len(_journey(note(1, source="urn:example:a", id="1"), note(1, source="urn:example:b", id="1")).facts) == 2


def test_an_event_is_one_fact_however_often_it_comes():
    once = _journey(note(1))

    assert evolve(once, note(1)) is once
    assert evolve(once, note(1, recorded=5)) is once  # what is known of it stays as it came first


def test_the_clock_is_the_greatest_recorded_time():
    assert _journey(note(1, recorded=9), note(2, recorded=3)).clock == at(9)


def test_an_event_alone_makes_no_commitment(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1))

    facts_alone = _journey(*walk.journey.facts)

    assert (facts_alone.prompts, facts_alone.referrals, facts_alone.information) == ((), (), ())
    assert facts_alone.facts == walk.journey.facts


def test_what_a_journey_keeps_for_a_later_version_stays_with_it(policy: Policy):
    walk = Walk(policy, note(0, days=28))
    walk.journey = Journey(**{**_fields(walk.journey), "kept": {"of-a-later-version": [1]}})

    walk.take(answered(1, "invite"))

    assert walk.journey.kept == {"of-a-later-version": [1]}


def _fields(journey: Journey) -> dict[str, object]:
    return {name: getattr(journey, name) for name in journey.__struct_fields__}
