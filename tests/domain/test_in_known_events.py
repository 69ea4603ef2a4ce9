"""What an earlier edition could not read is no fact under its policies, so that its history is made again as it was."""

from __future__ import annotations

from domain_builders import CHRONIC_PAIN, SUBJECT, event, note
from msgspec.structs import replace

from schemas.facts import FitNote, FitNoteCorrection
from services.domain.journey import Journey
from services.domain.known import known
from services.domain.policy import Policy
from services.domain.step import Stepped, step

NAMED = note(0, names=("urn:example:notes|1",))
LASTING = event(0, FitNote(conditions=(CHRONIC_PAIN,), duration=(4, "wk")))
ANEW = event(1, FitNoteCorrection("replaced", NAMED.event_id, note=NAMED.facts))


def test_identifiers_and_durations_are_facts_from_the_edition_on_that_reads_them(policy: Policy):
    before = replace(policy, edition=1)

    for told in (NAMED, LASTING, ANEW):
        assert known(told, policy) is told
    assert known(NAMED, before).facts == replace(NAMED.facts, names=())
    assert known(LASTING, before).facts == FitNote(conditions=(CHRONIC_PAIN,))
    assert known(ANEW, before).facts.note == replace(NAMED.facts, names=())


def test_a_step_under_an_earlier_edition_keeps_the_journey_that_it_made_then(policy: Policy):
    journeys = {}
    for edition in (1, 2):
        stepped = step(Journey(subject=SUBJECT), NAMED, replace(policy, edition=edition))
        assert isinstance(stepped, Stepped)
        journeys[edition] = stepped.journey.facts[0].facts

    assert journeys[1] == replace(NAMED.facts, names=())
    assert journeys[2] == NAMED.facts
