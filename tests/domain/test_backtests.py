"""A candidate policy over a history: who would be prompted earlier, later, newly or no more, and where."""

from __future__ import annotations

from datetime import date

import pytest
from domain_builders import BACK_PAIN, PRACTICE, SUBJECT, agreement, answer, at, discharge, note
from support_builders import update

from schemas.facts import Event, PromptAnswer
from schemas.support_facts import ReferralUpdate
from services.backtest.compare import Backtest, Comparison, Past, Week
from services.backtest.course import Course
from services.backtest.page import by_week, render
from services.domain.policy import Policy, parse_policy
from services.policy_files import default_policy_text


def changed(old: str, new: str) -> Policy:
    """The default policy with one line changed."""
    text = default_policy_text()
    assert text.count(old) == 1
    return parse_policy(text.replace(old, new))


def tried(
    before: Policy,
    candidate: Policy,
    *people: list[Event],
    until: float = 200,
    since: float | None = None,
) -> Backtest:
    comparison = Comparison(candidate, until=at(until), since=None if since is None else at(since))
    for events in people:
        comparison.add(SUBJECT, [Past(event, before) for event in events])
    return comparison.result()


def test_the_same_policy_changes_nothing(policy: Policy):
    found = tried(policy, policy, [note(0, days=30)], [note(0, days=7, codes=(BACK_PAIN,))])
    assert (found.people, found.events) == (2, 2)
    assert found.changes == {"same": 1}
    assert found.prompts_before == found.prompts_candidate == 1
    assert found.weeks == [Week("Y99901", date(2026, 1, 5), 1, 1)]


def test_a_shorter_spell_prompts_earlier(policy: Policy):
    candidate = changed("long_days = 28", "long_days = 14")
    found = tried(policy, candidate, [note(0, days=20), note(18, days=30)])
    assert found.changes == {"earlier": 1}
    assert (found.days_earlier, found.days_later) == (18.0, None)

    assert tried(candidate, policy, [note(0, days=20), note(18, days=30)]).changes == {"later": 1}


def test_a_rule_that_is_off_prompts_no_more_and_one_that_is_on_newly(policy: Policy):
    candidate = policy.without("when.long-note").without("when.long-spell")
    assert tried(policy, candidate, [note(0, days=30)]).changes == {"no-more": 1}
    assert tried(candidate, policy, [note(0, days=30)]).changes == {"newly": 1}


def test_what_becomes_due_is_made_again_under_each_policy(policy: Policy):
    open_note = note(0, days=None)
    assert tried(policy, changed("long_days = 28", "long_days = 10"), [open_note]).changes == {"earlier": 1}
    assert tried(policy, policy, [open_note], until=5).changes == {}


def test_the_candidate_decides_only_since_a_moment(policy: Policy):
    nothing = policy.without("when.long-note").without("when.long-spell").without("when.find-work")
    history = [note(0, days=30), discharge(150, work="out-of-work")]
    found = tried(policy, nothing, history, since=100)
    assert found.prompts_before == 1  # the first one came before
    assert found.changes == {"no-more": 1}

    shorter = changed("long_days = 28", "long_days = 10")
    assert tried(policy, shorter, [note(0, days=None)], since=20).changes == {"same": 1}  # due on day 28 since day 0


def test_an_answer_is_taken_for_the_prompt_that_the_course_has(policy: Policy):
    candidate = changed("long_days = 28", "long_days = 14")
    first, second = note(0, days=20), note(18, days=30)
    was = Course(SUBJECT)
    for event in (first, second):
        was.take(event, policy)
    asked = was._journey.prompts[-1].id
    answered = answer(20, asked, "not-now")
    later = note(60, days=30)

    found = tried(policy, candidate, [first, second, answered, later])
    assert found.unanswerable == 0
    assert found.prompts_candidate == found.prompts_before == 1  # 'not now' holds in both courses

    without = tried(policy, policy.without("when.long-note").without("when.long-spell").without("when.second-note"),
                    [first, second, answered])  # fmt: skip
    assert without.unanswerable == 1


def test_an_update_is_taken_for_the_referral_that_the_course_has(policy: Policy):
    course = Course(SUBJECT)
    course.take(note(0, days=30), policy)
    course.take(answer(1, course._journey.prompts[-1].id, "refer", agreement=agreement(1)), policy)
    aimed = course._aimed(update(5, "a referral of another course", "3.0")).facts
    assert isinstance(aimed, ReferralUpdate)
    assert aimed.referral == course._journey.referrals[-1].id


def test_what_a_course_has_nothing_for_stays_as_it_was():
    course = Course(SUBJECT)
    moved = update(5, "a referral of another course", "3.0")
    assert isinstance(moved.facts, ReferralUpdate)
    assert course._aimed(moved) is moved  # there is none: the core refuses it, and it is counted
    answered = answer(5, "a prompt of another course", "not-now")
    assert isinstance(answered.facts, PromptAnswer)
    assert course._aimed(answered) is answered


def test_the_page_tells_the_same_in_words_and_as_a_picture(policy: Policy):
    found = tried(policy, changed("long_days = 28", "long_days = 14"), [note(0, days=20), note(18, days=30)])
    page = render(found, "<before>", "candidate 2")
    assert "&lt;before&gt;" in page
    assert "earlier by, median" in page
    assert page.count("<rect ") == 4
    assert str(PRACTICE.ods) in page
    assert by_week(found) == {date(2026, 1, 5): (0, 1), date(2026, 1, 19): (1, 0)}


@pytest.mark.parametrize("people", [(), ([],)])
def test_no_history_is_no_fault(policy: Policy, people: tuple[list[Event], ...]):
    found = tried(policy, policy, *people)
    assert (found.changes, found.weeks) == ({}, [])
    assert "<svg" in render(found, "a", "b")
