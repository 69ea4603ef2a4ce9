"""For two people whose agreed things towards it are the same, what a job centre can see is the same (DESIGN)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outbound_histories import POLICY, SUBJECT, agreements, codes, days, discharges, flags, nominations, notes, wishes
from outbound_stories import Telling

from schemas.codes import SNOMED
from schemas.facts import Agreement, AnswerKind, Coding, Event, Facts, FitNote, Organisation, Person, PromptAnswer
from schemas.support_facts import (
    AppointmentChanged,
    AppointmentState,
    EmploymentProgress,
    ProgressKind,
    ReferralUpdate,
    SupportClosed,
)
from schemas.topics import feedback
from services.domain.agreed_things import AGREED_THINGS
from services.domain.outputs import Output
from services.domain.policy import Policy
from services.domain.referral_states import MOVES
from services.domain.step import Stepped

DAY_0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
PERSON = Person("9990000018", "verified", date(1980, 6, 15), "EXAMPLE", ("Pat",))
JOB_CENTRE, OTHER_JOB_CENTRE = Organisation("Z9Z97"), Organisation("Z9Z96")
TOLD = msgspec.structs.replace(
    POLICY, job_centre=msgspec.structs.replace(POLICY.job_centre, organisations={"Z9Z97": "One", "Z9Z96": "Other"})
)
NOTE = FitNote(advice="may-be-fit", conditions=(Coding(SNOMED, "82423001"),), issuer=Organisation("Y99901"))
REFERRED = Agreement(
    "agreement-1", "person", DAY_0.date(), Organisation("Z9Z99"), ("work-plan",), "spoken", "Example Nurse", "words-1"
)


def agreement(on: date, *things: str, to: Organisation = JOB_CENTRE) -> Agreement:
    return msgspec.structs.replace(REFERRED, id=f"agreement-{on}", on=on, recipient=to, items=things)


def seen(telling: Telling) -> list[Output]:
    """All that is published for job centres to read; ``ordinal`` is our own, and goes nowhere."""
    apart = [output for output in telling.outputs if output.topic == feedback("job-centre")]
    return [msgspec.structs.replace(output, ordinal=0) for output in apart]


class Life:
    """One person: what all have alike comes at days of its own, what is theirs alone in between."""

    def __init__(self, policy: Policy = TOLD) -> None:
        self.telling, self.policy, self.count = Telling(policy), policy, 0
        self.alone(DAY_0, NOTE)
        self.alone(DAY_0, PromptAnswer(self.telling.journey.prompts[-1].id, "refer", agreement=REFERRED))

    def alone(self, at: datetime, facts: Facts, late: int = 0) -> None:
        self.count += 1
        name, time = f"own-{self.count}", at - timedelta(days=late)
        self.telling.take(Event("urn:example:own", name, "", time, at, SUBJECT, facts, PERSON))

    def alike(self, day: int, facts: EmploymentProgress | Agreement) -> None:
        at = DAY_0 + timedelta(days=day)
        self.telling.wait_until(at)
        told = facts
        if isinstance(told, Agreement):
            told = PromptAnswer(self.telling.journey.prompts[0].id, "refer", agreement=told)
        event = Event("urn:example:alike", f"alike-{day}", "", at, at, SUBJECT, told, PERSON)
        assert isinstance(self.telling.take(event), Stepped)


@st.composite
def courses(draw: st.DrawFn) -> list[tuple[int, EmploymentProgress | Agreement]]:
    """Steps of support and agreements towards job centres, by the day on which each is told."""
    course: list[tuple[int, EmploymentProgress | Agreement]] = []
    day = 1
    for _ in range(draw(st.integers(1, 7))):
        day += draw(st.sampled_from([1, 10, 40, 200]))
        on = (DAY_0 + timedelta(days=day)).date()
        if draw(st.booleans()):
            things = draw(st.lists(st.sampled_from(AGREED_THINGS), min_size=1, unique=True))
            to = draw(st.sampled_from([JOB_CENTRE, JOB_CENTRE, OTHER_JOB_CENTRE, Organisation("Y99902")]))
            course.append((day, agreement(on, *things, to=to)))
        else:
            made = on - timedelta(days=draw(st.sampled_from([0, 0, 5, 90])))
            course.append((day, EmploymentProgress(draw(st.sampled_from(get_args(ProgressKind))), made)))
    return course


@st.composite
def lives(draw: st.DrawFn, course: list[tuple[int, EmploymentProgress | Agreement]]) -> Life:
    """Somebody with that course, whatever else they live through."""
    life, before = Life(), 1
    for day, alike in course:
        for hour in range(draw(st.integers(0, 3))):
            at = DAY_0 + timedelta(days=draw(st.integers(before, day)) - 1, hours=1 + hour)
            life.alone(at, _own(draw, life), draw(st.sampled_from([0, 0, 30, 100])))
        life.alike(day, alike)
        before = day
    return life


def _own(draw: st.DrawFn, life: Life) -> Facts:
    journey = life.telling.journey
    prompt, referral = journey.prompts[-1].id, journey.referrals[-1]
    legal = sorted(MOVES[referral.status]) or ["3.0"]
    answers = st.sampled_from(get_args(AnswerKind))
    return draw(
        st.one_of(
            notes,
            discharges,
            flags,
            nominations,
            st.builds(ReferralUpdate, st.just(referral.id), st.sampled_from(legal), st.none() | codes),
            st.builds(AppointmentChanged, st.sampled_from(get_args(AppointmentState)), st.just(referral.id)),
            st.builds(SupportClosed, days, st.just(referral.id), st.none() | codes),
            st.builds(PromptAnswer, st.just(prompt), answers, st.none(), st.none() | wishes, st.none() | agreements),
        )
    )


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_what_it_sees_is_the_same_whatever_else_people_live_through(data: st.DataObject):
    course = data.draw(courses())
    one, other = data.draw(lives(course)), data.draw(lives(course))

    assert seen(one.telling) == seen(other.telling)


def _busy() -> Life:
    """Somebody of whom a great deal is known, and told to others."""
    life = Life()
    note = msgspec.structs.replace(NOTE, functional_effects="cannot sit for long", adjustments=("altered-hours",))
    for number in range(5):
        life.alone(DAY_0 + timedelta(hours=number), msgspec.structs.replace(note, start=date(2026, 1, 1 + number)))
    life.alone(DAY_0 + timedelta(hours=9), ReferralUpdate(life.telling.journey.referrals[-1].id, "3.0"))
    return life


def test_somebody_of_whom_much_is_known_and_somebody_of_whom_little_is_known_look_alike():
    course = [
        (3, agreement(date(2026, 1, 8), "support-started", "job-started")),
        (5, EmploymentProgress("first-contact", date(2026, 1, 9))),
        (30, EmploymentProgress("job-started", date(2026, 2, 3))),
        (130, EmploymentProgress("in-work-13-weeks", date(2026, 5, 14))),
        (131, agreement(date(2026, 5, 15), "in-work-13-weeks")),
    ]
    quiet, busy = Life(), _busy()
    for day, told in course:
        quiet.alike(day, told)
        busy.alike(day, told)

    assert seen(quiet.telling) == seen(busy.telling)
    assert [output.sequence for output in seen(quiet.telling)] == [1, 2, 3]
    assert quiet.telling.journey.sequence < busy.telling.journey.sequence


def test_what_was_recorded_later_and_walked_before_does_not_show_in_their_time():
    quiet, busy = Life(), Life()
    busy.alone(DAY_0 + timedelta(days=40), NOTE)
    for life in (quiet, busy):
        life.alike(3, agreement(date(2026, 1, 8), "job-started"))
        life.alike(30, EmploymentProgress("job-started", date(2026, 2, 3)))

    assert seen(quiet.telling) == seen(busy.telling) != []


def _told(*course: tuple[int, EmploymentProgress | Agreement], policy: Policy = TOLD) -> list[str]:
    life = Life(policy)
    for day, told in course:
        life.alike(day, told)
    things = (msgspec.json.decode(output.data)["extension"][0]["valueCode"] for output in seen(life.telling))
    return list(things)


START = (30, EmploymentProgress("job-started", date(2026, 2, 3)))
AGREED = (3, agreement(date(2026, 1, 8), "job-started"))


def test_nothing_is_told_that_was_not_agreed_towards_that_very_recipient():
    assert _told(START) == []
    assert _told((3, agreement(date(2026, 1, 8), "support-started")), START) == []
    assert _told((3, agreement(date(2026, 1, 8), "job-started", to=Organisation("Y99902"))), START) == []
    assert _told(AGREED, START) == ["job-started"]


def test_what_was_agreed_to_after_it_happened_is_told_then_and_once():
    later = agreement(date(2026, 3, 1), "job-started")

    assert _told(START, (55, later)) == ["job-started"]
    assert _told(AGREED, START, (55, later)) == ["job-started"]


def test_an_agreement_lapses_after_twelve_months():
    def started(day: int) -> tuple[int, EmploymentProgress]:
        return day, EmploymentProgress("job-started", (DAY_0 + timedelta(days=day)).date())

    assert _told(AGREED, started(367)) == ["job-started"]  # 2027-01-07
    assert _told(AGREED, started(368)) == []
    assert _told(AGREED, (360, agreement(date(2026, 12, 31), "job-started")), started(368)) == ["job-started"]


def test_an_agreement_from_before_the_person_agreed_to_be_referred_is_none():
    assert _told((3, agreement(date(2026, 1, 4), "job-started")), START) == []


def test_old_news_is_told_to_no_job_centre_even_when_the_person_agrees_later():
    old = (100, EmploymentProgress("job-started", date(2026, 2, 3)))

    assert _told(AGREED, old) == []
    assert _told(old, (101, agreement(date(2026, 4, 15), "job-started"))) == []


def test_two_job_centres_are_told_each_what_was_agreed_towards_it():
    other = (4, agreement(date(2026, 1, 9), "job-started", to=OTHER_JOB_CENTRE))

    assert _told(AGREED, other, START) == ["job-started", "job-started"]


@pytest.mark.parametrize("thing", AGREED_THINGS)
def test_a_policy_may_tell_it_less(thing: str):
    table = {**TOLD.disclosure, "job-centre": tuple(item for item in AGREED_THINGS if item != thing)}
    life = Life(msgspec.structs.replace(TOLD, disclosure=table))
    life.alike(3, agreement(date(2026, 1, 8), *AGREED_THINGS))
    for day, kind in ((5, "first-contact"), (30, "job-started"), (130, "in-work-13-weeks")):
        life.alike(day, EmploymentProgress(kind, (DAY_0 + timedelta(days=day)).date()))

    told = [msgspec.json.decode(output.data)["extension"][0]["valueCode"] for output in seen(life.telling)]
    assert told == [item for item in AGREED_THINGS if item != thing]
