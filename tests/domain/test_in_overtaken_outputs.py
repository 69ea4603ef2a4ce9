"""What waits at a sink when a stop comes: whether it may still be sent."""

from __future__ import annotations

from domain_builders import SUBJECT, Walk, agreed, answered, event, note, wish
from msgspec.structs import replace
from own_builders import objected, taken_back
from support_builders import moved, progressed
from test_in_overtaking import Sent

from schemas.facts import JobCentreFlag
from schemas.topics import feedback
from services.domain.build import build
from services.domain.evolve import evolve
from services.domain.journey import Journey
from services.domain.overtaking import Recalled, Send, standing_of
from services.domain.policy import Policy
from services.domain.step import step
from services.domain.stopping import stop

RULE = "stop.wish"  # any: the machinery names the rule that it is given
NO = wish("does-not-want")
LONG = note(0, days=28)


def _outputs(policy: Policy, *steps):
    journey, made = Journey(subject=SUBJECT), []
    walk = Walk(policy)
    for one in steps:
        found = one if not callable(one) else one(walk)
        walk.take(found)
        stepped = step(journey, found, policy)
        journey = stepped.journey
        made.append((found, stepped))
    return journey, made


def test_what_waits_at_a_sink_is_overtaken_and_what_takes_it_back_is_not(policy: Policy):
    journey, made = _outputs(policy, LONG, answered(1, "invite"), agreed(2), answered(5, "not-now", wish=NO))

    fate = {
        (output.type, number): standing_of(output, journey, policy)
        for number, (_, stepped) in enumerate(made)
        for output in stepped.outputs
        if output.topic != "fitpath.decisions"
    }

    assert fate[("ips-referral-requested-1", 2)] == Recalled("wish")
    assert fate[("patient-information-due-1", 2)] == Recalled("wish")
    assert fate[("patient-information-due-1", 0)] == Send()  # the page of the note
    assert fate[("ips-referral-changed-1", 3)] == Send()
    assert fate[("patient-information-withdrawn-1", 3)] == Send()
    assert fate[("feedback-given-1", 3)] == Send()
    assert fate[("care-package-updated-1", 3)] == Send()


def test_everything_from_before_a_stop_of_the_whole_journey_is_overtaken(policy: Policy):
    journey, made = _outputs(policy, LONG, agreed(1), moved(2, "3.0"))
    cause = event(5, JobCentreFlag(), id="cause")
    after = evolve(journey, cause)
    decisions = stop(after, cause, "death", RULE, policy)
    for decision in decisions:
        after = evolve(after, decision)
    told = build(after, cause, decisions, policy)
    after = replace(after, sequence=after.sequence + len(told))

    before = [output for _, stepped in made for output in stepped.outputs]
    assert {standing_of(output, after, policy) for output in before} == {Recalled("death")}
    assert {standing_of(output, after, policy) for output in told} == {Send()}


def test_what_waited_through_a_stop_that_was_lifted_is_recalled_all_the_same(policy: Policy):
    walk = Sent(policy, LONG, agreed(1), moved(2, "3.0"), objected(3))
    waited = next(output for output in walk.outputs if output.type == "feedback-given-1")
    assert standing_of(waited, walk.journey, policy) == Recalled("objection")
    walk.take(objected(4, taken_back=True))
    assert standing_of(waited, walk.journey, policy) == Recalled("objection")
    walk.take(note(40, days=28))
    new = [output for output in walk.outputs if output.type == "patient-information-due-1"][-1]
    assert standing_of(new, walk.journey, policy) == Send()


def test_adjustments_are_told_only_while_the_work_plan_is_agreed_to(policy: Policy):
    walk = Sent(policy, LONG, agreed(1), moved(2, "3.0"), progressed(5, "job-started"))
    walk.take(note(40, adjustments=("altered-hours",)))
    told = [output for output in walk.outputs if output.topic == feedback("ips-provider")][-1]
    assert standing_of(told, walk.journey, policy) == Send()
    walk.take(taken_back(41, items=("work-plan",)))
    assert standing_of(told, walk.journey, policy) == Recalled("withdrawal")
