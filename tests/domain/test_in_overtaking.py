"""What overtakes each output at the moment of sending (EXACTNESS 12)."""

from __future__ import annotations

import msgspec
import pytest
from domain_builders import OTHER_PRACTICE, SUBJECT, Step, Walk, agreed, answered, due, nominated, note, signal, wish
from generated_histories import histories, play
from hypothesis import given
from own_builders import person_said
from support_builders import moved, progressed
from test_in_properties import same_every_time

from schemas.facts import Event
from schemas.outputs import OUTPUT_TYPES, read_output
from schemas.topics import DECISIONS
from services.domain.decisions import Refusal
from services.domain.history import key, now
from services.domain.journey import Journey, Stop
from services.domain.outputs import Output
from services.domain.overtaking import Recalled, Send, Standing, Waits, standing_of
from services.domain.policy import Policy
from services.domain.rules.person import wish as person_says_no
from services.domain.step import step
from services.domain.stopping import frozen
from services.domain.told_things import takes_back

BEGUN = note(0, days=28)
SAYS_NO = {"wish": wish("does-not-want")}
PROMPTED, CHANGED = "ips-referral-prompted-1", "ips-referral-prompt-changed-1"
REFERRED, CHASED = "ips-referral-requested-1", "ips-referral-changed-1"
INFORMED, PACKAGE, FEEDBACK = "patient-information-due-1", "care-package-updated-1", "feedback-given-1"


class Sent(Walk):
    """A walk whose outputs wait to be sent, each by its type; the last of a type is the one that is asked about."""

    def __init__(self, policy: Policy, *steps: Step) -> None:
        self.outputs: list[Output] = []
        super().__init__(policy, *steps)

    def take(self, step_: Step) -> tuple[str, ...]:
        found = step_ if isinstance(step_, Event) else step_(self)
        stepped = step(self.journey, found, self.policy)
        assert not isinstance(stepped, Refusal)
        self.journey, self.last = stepped.journey, stepped.decisions
        self.outputs += stepped.outputs
        return self.words

    def stands(self, kind: str, which: int = -1) -> Standing:
        """How an output of a type stands now."""
        found = [output for output in self.outputs if output.type == kind]
        return standing_of(found[which], self.journey, self.policy)


@pytest.mark.parametrize(
    ("kind", "before", "after", "reason"),
    [
        (PROMPTED, [BEGUN], [answered(1, "person-declined")], "answered"),
        (PROMPTED, [BEGUN], [answered(1, "invite")], "answered"),
        (PROMPTED, [BEGUN], [answered(1, "not-suitable")], "answered"),
        (PROMPTED, [BEGUN], [note(40, issuer=OTHER_PRACTICE)], "lapsed"),
        (CHANGED, [BEGUN, due(7, "remind")], [answered(8, "not-now")], "answered"),
        (CHANGED, [BEGUN, due(7, "remind")], [note(40, issuer=OTHER_PRACTICE)], "lapsed"),
        (INFORMED, [BEGUN, answered(1, "invite")], [agreed(2)], "moved-on"),
        (INFORMED, [BEGUN, answered(1, "invite")], [answered(2, "person-declined")], "moved-on"),
        (INFORMED, [BEGUN, answered(1, "invite")], [note(40, issuer=OTHER_PRACTICE)], "lapsed"),
        (INFORMED, [BEGUN, agreed(1)], [answered(2, "refer", **SAYS_NO)], "wish"),
        (INFORMED, [BEGUN, agreed(1)], [moved(2, "4.0")], "ended"),
        (INFORMED, [BEGUN, answered(1, "not-now", wish=wish("not-sure"))], [answered(2, "not-now", **SAYS_NO)],
         "wish"),
        (REFERRED, [BEGUN, agreed(1)], [answered(2, "refer", **SAYS_NO)], "wish"),
        (REFERRED, [BEGUN, agreed(1)], [moved(2, "4.0")], "ended"),
        (REFERRED, [BEGUN, agreed(1)], [moved(2, "5.2")], "ended"),
        (CHASED, [BEGUN, agreed(1), due(10, "accept")], [moved(11, "3.0")], "moved-on"),
        (CHASED, [BEGUN, agreed(1), moved(2, "3.0"), due(20, "first-contact")], [progressed(21, "first-contact")],
         "moved-on"),
        (CHASED, [BEGUN, agreed(1), due(10, "accept")], [answered(11, "refer", **SAYS_NO)], "wish"),
        (PACKAGE, [BEGUN], [note(2)], "superseded"),
    ],
)  # fmt: skip
def test_what_was_overtaken_is_recalled_with_the_reason(policy: Policy, kind, before, after, reason):
    walk = Sent(policy, *before)
    held = [output for output in walk.outputs if output.type == kind][-1]
    assert standing_of(held, walk.journey, policy) == Send()
    for one in after:
        walk.take(one)
    assert standing_of(held, walk.journey, policy) == Recalled(reason)


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (PROMPTED, [BEGUN, note(2)]),
        (CHANGED, [BEGUN, due(28, "lapse"), note(40)]),  # it takes back what was asked
        (INFORMED, [BEGUN, answered(1, "invite"), note(2)]),
        (INFORMED, [BEGUN, agreed(1), moved(2, "3.0"), moved(3, "5.1.1")]),
        (REFERRED, [BEGUN, agreed(1), moved(2, "3.0")]),
        (REFERRED, [nominated(0), agreed(1)]),
        (CHASED, [BEGUN, agreed(1), due(10, "accept"), note(11)]),
        (FEEDBACK, [BEGUN, agreed(1), moved(2, "3.0"), moved(3, "7.0")]),
        (PACKAGE, [BEGUN, note(2)]),
    ],
)
def test_what_nothing_overtook_is_sent(policy: Policy, kind, steps):
    assert Sent(policy, *steps).stands(kind) == Send()


def test_the_page_about_a_note_holds_whatever_the_person_wants(policy: Policy):
    ankle = note(0, days=7, codes=())
    walk = Sent(policy, ankle)
    made = [output for output in walk.outputs if output.type == INFORMED]
    assert made
    walk.take(note(1, days=28))
    walk.take(answered(2, "person-declined", **SAYS_NO))
    assert standing_of(made[0], walk.journey, policy) == Send()


def test_a_no_that_the_policy_does_not_heed_recalls_nothing(policy: Policy):
    lenient = policy.without("wish.does-not-want")
    walk = Sent(lenient, BEGUN, agreed(1), answered(2, "refer", **SAYS_NO))
    assert walk.stands(REFERRED) == Send()


def test_a_ledger_that_is_behind_the_output_is_waited_for(policy: Policy):
    """It was put back to a backup: it will know again what overtook the output, and does not yet."""
    walk = Sent(policy, BEGUN)
    (prompt,) = (output for output in walk.outputs if output.type == PROMPTED)
    assert standing_of(prompt, Journey(subject=walk.journey.subject), policy) == Waits("ledger-behind")


def test_while_a_journey_is_frozen_everything_waits_and_nothing_is_recalled(policy: Policy):
    walk = Sent(policy, BEGUN, agreed(1), answered(2, "refer", **SAYS_NO))
    stop = Stop("suspended", now(walk.journey), key(BEGUN), walk.journey.sequence)
    suspended = msgspec.structs.replace(walk.journey, stops=(stop,))
    assert {standing_of(output, suspended, policy) for output in walk.outputs} == {Waits("frozen")}
    assert Waits("frozen") not in {standing_of(output, walk.journey, policy) for output in walk.outputs}


def test_what_the_journey_does_not_know_any_more_is_recalled(policy: Policy):
    walk = Sent(policy, BEGUN, agreed(1), due(10, "accept"))
    forgotten = msgspec.structs.replace(walk.journey, prompts=(), referrals=(), information=())
    for kind in (PROMPTED, INFORMED, REFERRED, CHASED):
        output = next(output for output in walk.outputs if output.type == kind)
        assert standing_of(output, forgotten, policy) == Recalled("not-known")


@same_every_time
@given(histories())
def test_no_output_is_overtaken_when_it_is_made_and_none_asks_for_what_the_person_does_not_want(policy: Policy, plans):
    """The core and the sinks judge alike: what the one decides the other does not take back at once."""
    journey, made = Journey(subject=SUBJECT), []
    for moment in play(plans, policy):
        stepped = step(journey, moment.event, policy)
        if isinstance(stepped, Refusal):
            continue
        journey = stepped.journey
        for output in stepped.outputs:
            record_of_a_freeze = frozen(journey) and output.topic == DECISIONS
            expected = Waits("frozen") if record_of_a_freeze else Send()
            assert standing_of(output, journey, policy) == expected, output.type
        made += stepped.outputs
        if person_says_no(journey, policy) and not frozen(journey):
            for output in made:
                if (
                    output.type in (PROMPTED, REFERRED, CHASED)
                    and takes_back(read_output(output.type, output.data)) is None
                ):
                    assert isinstance(standing_of(output, journey, policy), Recalled), output.type


def test_a_call_that_the_person_asked_for_is_told_until_they_say_no(policy: Policy):
    walk = Sent(policy, BEGUN, answered(1, "invite"), lambda sent: person_said(2, "call-me", sent.prompt))
    assert walk.stands(CHANGED) == Send()
    walk.take(note(60, issuer=OTHER_PRACTICE))  # the prompt has lapsed, the person still waits for the call
    assert walk.stands(CHANGED, 0) == Send()

    declined = Sent(policy, BEGUN, answered(1, "invite"), lambda sent: person_said(2, "call-me", sent.prompt))
    declined.take(answered(3, "person-declined"))
    assert declined.stands(CHANGED) == Recalled("answered")


def test_every_type_of_output_is_asked_about(policy: Policy):
    """An output that is not read would stop its person's others for ever."""
    walk = Sent(policy, BEGUN, due(7, "remind"), agreed(8), due(20, "accept"), moved(21, "3.0"))
    walk.take(answered(22, "refer", **SAYS_NO))
    walk.take(signal(23, "death"))
    assert {output.type for output in walk.outputs} == set(OUTPUT_TYPES)
    for output in walk.outputs:
        standing_of(output, walk.journey, policy)
