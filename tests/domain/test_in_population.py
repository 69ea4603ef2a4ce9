"""The properties of every history hold over a synthetic population: dense, late and untidy, with all that was due."""

from __future__ import annotations

import inspect
from datetime import date
from random import Random
from typing import Any

import pytest
import test_in_never_against_the_person as never_against
import test_in_properties as properties
from generated_histories import Moment
from msgspec.structs import replace

from schemas.envelope import from_text
from schemas.facts import Event, WaitDue
from schemas.identifiers import EventId
from services.domain.decisions import LookupAsked, LookupTaken, PutOff
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL
from services.domain.rules import RULES
from services.domain.rules.again import is_open
from services.domain.step import Stepped
from services.synth import stream
from services.synth.make import Plan
from services.synth.people import people
from services.synth.rates import Rates, read_rates
from services.synth.stream import Count, Stream

SEED, PEOPLE, DAYS = 20_261_125, 250, 500
#: It asks for facts alone, and over a population something that is due may be evidence: asked below, with what is due.
_WITH_DUE = "test_every_decision_names_known_rules_facts_as_evidence_and_a_sentence"
#: What a property takes that stands for one history.
_ONE_HISTORY = {"policy", "plans"}


def dense() -> Rates:
    """People who are off often, mostly with pain that lasts, and out of work often: much happens to each."""
    rates = read_rates()
    return replace(
        rates,
        population=replace(rates.population, notes_a_year=rates.population.notes_a_year * 8, chronic=0.9),
        notes=replace(rates.notes, musculoskeletal=0.6, mental=0.2, no_code=0.4),
        identity=replace(rates.identity, not_verified=0.05, broken=0.02, repeated=0.05, backfill=0.05),
        pain_service=replace(rates.pain_service, discharged_a_year=0.8),
        nomination=replace(rates.nomination, a_year=0.6),
        own_words=replace(
            rates.own_words, takes_back=0.2, changes_mind=0.1, capacity_doubted=0.2, objects_a_year=0.1, unasked=0.1
        ),
    )


@pytest.fixture(scope="module")
def histories(policy: Policy) -> list[list[Moment]]:
    """Each person's moments, those of what was due among them."""
    found: list[list[Moment]] = []
    walked = stream.step

    def seen(journey: Journey, event: Event, rules: Policy) -> Stepped:
        stepped = walked(journey, event, rules)
        assert isinstance(stepped, Stepped)
        found[-1].append(Moment(journey, event, stepped.decisions, False, stepped.journey))
        return stepped

    plan = Plan(PEOPLE, DAYS, SEED, policy, dense(), date(2026, 2, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "step", seen)
        for person in people(SEED, 0, PEOPLE, plan.start, plan.rates):
            found.append([])
            for recorded, line in Stream(person, plan.world, Count()).lines():
                assert plan.world.start <= recorded < plan.world.end
                assert from_text(line.split(b'"recordedtime":"', 1)[1][:27].decode()) == recorded
    return [moments for moments in found if moments]


def _of_one_history() -> dict[str, Any]:
    """The properties that are asked of each history as it is, with the module that they stand in."""
    return {
        name: module
        for module in (properties, never_against)
        for name, test in vars(module).items()
        if name.startswith("test_") and name != _WITH_DUE and hasattr(test, "hypothesis")
        if set(inspect.signature(test.hypothesis.inner_test).parameters) - {"random"} == _ONE_HISTORY
    }


def test_the_properties_are_found():
    found = _of_one_history()
    assert "test_there_are_never_two_open_prompts_or_two_open_referrals" in found
    assert "test_nobody_is_prompted_about_invited_or_referred_against_their_own_words" in found
    assert "test_no_referral_goes_on_of_whose_agreement_everything_was_taken_back" in found
    assert len(found) >= 20


@pytest.mark.parametrize("name", _of_one_history())
def test_a_property_holds_over_a_population(
    name: str, histories: list[list[Moment]], policy: Policy, monkeypatch: pytest.MonkeyPatch
):
    told = [[item for item in moments if not isinstance(item.event.facts, WaitDue)] for moments in histories]
    module = _of_one_history()[name]
    monkeypatch.setattr(module, "play", lambda plans, _: plans)
    holds = vars(module)[name].hypothesis.inner_test
    more = {"random": Random(SEED)} if "random" in inspect.signature(holds).parameters else {}
    for moments in filter(None, told):
        holds(policy=policy, plans=moments, **more)


def test_what_is_due_opens_no_second_prompt_and_no_second_referral(histories: list[list[Moment]]):
    for moments in histories:
        for moment in moments:
            assert sum(is_open(prompt, moment.after) for prompt in moment.after.prompts) <= 1
            assert sum(referral.status not in TERMINAL for referral in moment.after.referrals) <= 1


def test_every_decision_names_facts_or_what_was_due_as_evidence(histories: list[list[Moment]]):
    for moments in histories:
        due = {item.event.event_id for item in moments if isinstance(item.event.facts, WaitDue)}
        for moment in moments:
            facts = {fact.event_id for fact in moment.after.facts}
            for made in moment.caused:
                assert {EventId(found.source, found.id) for found in made.evidence} <= facts | due
                assert set(made.rules) <= set(RULES)
                assert made.sentence.endswith(".")


#: Their events are taught to `synth` with national signals.
_NOT_TAUGHT = (LookupAsked, LookupTaken, PutOff)
_TAUGHT = [kind for kind in properties._KINDS if kind not in _NOT_TAUGHT]


@pytest.mark.parametrize("kind", _TAUGHT, ids=lambda kind: kind.__name__)
def test_the_population_reaches_every_kind_of_decision(kind, histories: list[list[Moment]]):
    assert any(isinstance(made, kind) for moments in histories for item in moments for made in item.caused)
