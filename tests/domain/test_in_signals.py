"""National signals: frozen until it is known what has changed, and then what is known is done, in its order."""

from __future__ import annotations

import pytest
from domain_builders import (
    ASKED,
    CHRONIC_PAIN,
    OTHER_PRACTICE,
    TERMINAL_ILLNESS,
    Step,
    Walk,
    agreed,
    answer,
    answered,
    discharge,
    due,
    looked_up,
    note,
    signal,
    wish,
)
from support_builders import moved

from schemas.facts import LookupResult, SignalKind
from services.domain.decisions import InformationDue, Prompted, ReviewNeeded
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.rules.again import is_open
from services.domain.step import Stepped, step
from services.domain.stopping import frozen, stopped

PAGE, PACKAGE = "information note", "care package"
LONG = note(0, days=28)
FROZE = "stopped suspended"
DIED = (
    "looked up formal",
    "stopped death",
    "information withdrawn death",
    "information withdrawn death",
    "cancellation requested death",
    "feedback gp-practice 5.2",
    "lifted suspended",
)
KINDS: tuple[SignalKind, ...] = ("death", "nhs-number", "practice")


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_freezes_the_journey_and_asks(kind: SignalKind, policy: Policy):
    walk = Walk(policy, LONG, agreed(1))
    before = walk.journey

    assert walk.take(signal(2, kind)) == (FROZE, f"asked {kind}")
    assert frozen(walk.journey)
    assert (walk.journey.prompts, walk.journey.referrals) == (before.prompts, before.referrals)


def test_somebody_who_is_not_known_yet_is_looked_up_before_the_first_note_prompts(policy: Policy):
    walk = Walk(policy, signal(0, "death"))

    assert walk.take(note(1, days=28)) == ("put off",)
    assert walk.take(looked_up(2)) == ("looked up found", "lifted suspended", ASKED, PAGE, PACKAGE)


def test_what_comes_meanwhile_is_a_fact_at_once_and_decided_in_its_order_afterwards(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "practice"))

    assert walk.take(agreed(2)) == ("put off",)
    assert walk.take(note(3)) == ("put off",)
    assert len(walk.journey.facts) == 4
    assert walk.take(looked_up(4)) == (
        "looked up found",
        "lifted suspended",
        "answer refer",
        "referred",
        "information referral",
        "held already-referred",
        PAGE,
        PACKAGE,
    )
    assert walk.journey.put_off == ()
    assert walk.journey.lookup is None
    assert walk.take(note(5)) == (PAGE, PACKAGE)


def test_the_pages_of_notes_that_were_put_off_name_their_own_note(policy: Policy):
    walk = Walk(policy, signal(0, "practice"), note(1, id="one"), note(2, id="two"), looked_up(3))

    assert [made.evidence[0].id for made in walk.made(InformationDue)] == ["one", "two"]


def test_what_is_due_meanwhile_is_done_afterwards_where_it_is_still_due(policy: Policy):
    walk = Walk(policy, LONG, signal(6, "nhs-number"))

    assert walk.take(due(7, "remind")) == ("put off",)
    assert walk.take(due(14, "escalate")) == ("put off",)
    assert walk.take(looked_up(15)) == ("looked up found", "lifted suspended", "reminded", "reminded")


def test_an_absence_that_was_told_of_meanwhile_is_looked_at_again_when_it_has_lasted_long(policy: Policy):
    def stepped(journey: Journey, one: Step, walk: Walk) -> Stepped:
        walk.journey = journey
        found = one(walk) if callable(one) else one
        made = step(journey, found, policy)
        assert isinstance(made, Stepped)
        return made

    walk = Walk(policy, signal(0, "practice"))
    frozen_with_note = stepped(walk.journey, note(1, days=None), walk)
    lifted = stepped(frozen_with_note.journey, looked_up(2), walk)

    assert frozen_with_note.waits == ()
    assert [wait.step for wait in lifted.waits] == ["spell"]


def test_an_answer_that_names_no_prompt_is_refused_also_while_frozen(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "death"))

    assert walk.take(answer(2, "another-prompt", "invite")) == ("refused prompt-not-known",)
    assert walk.journey.put_off == ()


def test_a_no_that_came_meanwhile_counts_before_anything_goes_out(policy: Policy):
    walk = Walk(policy, LONG, answered(1, "invite"), signal(2, "practice"))

    assert walk.take(answered(3, "not-now", wish=wish("does-not-want"))) == ("put off",)
    assert walk.take(looked_up(4)) == (
        "looked up found",
        "lifted suspended",
        "answer not-now",
        "information withdrawn wish",
        PACKAGE,
    )


def test_only_the_answer_to_the_latest_question_lifts(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "practice"), signal(2, "death"))

    assert walk.take(looked_up(3, question=0)) == ("out of sequence",)
    assert frozen(walk.journey)
    assert walk.take(looked_up(4, question=1)) == ("looked up found", "lifted suspended")
    assert walk.take(looked_up(5, question=1, id="again")) == ("out of sequence",)


def test_an_answer_to_no_question_of_this_person_is_refused(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "death"))
    other = Walk(policy, signal(1, "death", id="another"))

    assert walk.take(looked_up(2)(other)) == ("refused question-not-known",)
    assert frozen(walk.journey)


@pytest.mark.parametrize("result", ["replaced", "invalidated", "not-found"])
def test_a_number_that_is_not_theirs_any_more_stays_frozen_until_a_later_look_up_finds_them(
    result: LookupResult, policy: Policy
):
    walk = Walk(policy, LONG, agreed(1), signal(2, "nhs-number"))

    assert walk.take(looked_up(3, result)) == (f"looked up {result}",)
    assert walk.take(note(4)) == ("put off",)
    assert frozen(walk.journey)
    assert walk.take(signal(5, "nhs-number")) == ("asked nhs-number",)
    assert walk.take(looked_up(6))[:2] == ("looked up found", "lifted suspended")


def test_an_informal_death_suspends_without_a_word(policy: Policy):
    walk = Walk(policy, LONG, agreed(1), signal(2, "death"))

    assert walk.take(looked_up(3, death="informal")) == ("looked up informal",)
    assert frozen(walk.journey)
    assert walk.journey.referrals[0].status == "2.0"


def test_a_registered_death_stops_everything(policy: Policy):
    walk = Walk(policy, LONG, agreed(1), signal(2, "death"))

    assert walk.take(looked_up(3, death="formal")) == DIED
    assert not frozen(walk.journey)
    found = stopped(walk.journey)
    assert found is not None
    assert found.reason == "death"
    assert walk.take(note(4)) == ()


def test_what_was_put_off_before_a_registered_death_only_leaves_a_record(policy: Policy):
    walk = Walk(policy, LONG, agreed(1), signal(2, "death"), moved(3, "3.0"), note(4, days=28))

    assert walk.take(looked_up(5, death="formal")) == (*DIED, "moved 3.0")


def test_a_death_that_was_none_lifts_and_lists_what_was_stopped_for_a_person(policy: Policy):
    walk = Walk(policy, LONG, agreed(1), signal(2, "death"), looked_up(3, death="formal"), signal(10, "death"))

    assert walk.take(looked_up(11)) == (
        "looked up found",
        "lifted death",
        "review 0 1 2",
        "lifted suspended",
    )
    (listed,) = walk.made(ReviewNeeded)
    assert listed.referrals == (walk.referral,)
    assert walk.referral in listed.sentence
    assert stopped(walk.journey) is None
    assert walk.take(note(12))[-1] == PACKAGE


def test_a_death_that_is_not_registered_under_a_registered_one_changes_nothing_for_others(policy: Policy):
    walk = Walk(policy, LONG, agreed(1), signal(2, "death"), looked_up(3, death="formal"), signal(4, "death"))

    assert walk.take(looked_up(5, death="informal")) == ("looked up informal",)
    found = stopped(walk.journey)
    assert found is not None
    assert found.reason == "death"


def test_an_open_prompt_follows_the_person_to_the_practice_that_is_named(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "practice"))

    assert walk.take(looked_up(2, practice=OTHER_PRACTICE)) == (
        "looked up found",
        "lifted suspended",
        "prompt withdrawn practice-changed",
        "prompted gp-practice Y99902 to keep-work",
        PACKAGE,
    )
    assert [is_open(prompt, walk.journey) for prompt in walk.journey.prompts] == [False, True]
    first, second = walk.made(Prompted)
    assert (second.sentence, second.track, second.work) == (first.sentence, first.track, first.work)
    assert walk.take(answered(3, "invite"))[0] == "answer invite"


@pytest.mark.parametrize(
    ("begins", "answer"),
    [
        ((LONG, signal(1, "practice")), looked_up(2)),
        ((LONG, signal(1, "nhs-number")), looked_up(2, practice=OTHER_PRACTICE)),
        ((discharge(0, work="out-of-work"), signal(1, "practice")), looked_up(2, practice=OTHER_PRACTICE)),
        ((LONG, answered(1, "invite"), signal(1.5, "practice")), looked_up(2, practice=OTHER_PRACTICE)),
        ((LONG, signal(1, "practice")), looked_up(2, practice=LONG.facts.issuer)),
    ],
    ids=["none named", "another signal", "a pain service asked", "answered already", "the same one"],
)
def test_otherwise_no_prompt_moves(begins: tuple[Step, ...], answer: Step, policy: Policy):
    walk = Walk(policy, *begins)

    assert walk.take(answer) == ("looked up found", "lifted suspended")


def test_an_answer_of_the_old_practice_that_came_meanwhile_counts_first(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "practice"), agreed(2))

    assert "referred" in walk.take(looked_up(3, practice=OTHER_PRACTICE))
    assert len(walk.journey.prompts) == 1


def test_nobody_new_is_asked_when_it_is_not_the_time(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "practice"), note(2, codes=(CHRONIC_PAIN, TERMINAL_ILLNESS)))

    assert walk.take(looked_up(3, practice=OTHER_PRACTICE)) == (
        "looked up found",
        "lifted suspended",
        "held safety",
        "prompt withdrawn practice-changed",
        PACKAGE,
    )
    assert walk.journey.hold == "safety"


def test_a_signal_after_another_one_of_the_practice_still_moves_the_prompt(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "practice"), signal(2, "death"))

    assert "prompted gp-practice Y99902 to keep-work" in walk.take(looked_up(3, practice=OTHER_PRACTICE))
