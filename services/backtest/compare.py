"""Two courses of many people beside each other: who would be prompted earlier, later, newly or no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal, NamedTuple

import msgspec

from schemas.facts import Event
from schemas.identifiers import SubjectReference
from services.backtest.course import Course, Made
from services.domain.policy import Policy

Change = Literal["same", "earlier", "later", "newly", "no-more"]


class Past(NamedTuple):
    """An event of the history, and the policy under which it was decided on."""

    event: Event
    policy: Policy


class Week(msgspec.Struct, frozen=True, order=True):
    """How many prompts an organisation got in the week that begins on a Monday, and how many it would have got."""

    organisation: str
    week: date
    before: int
    candidate: int


class Backtest(msgspec.Struct):
    """What a candidate changes. ``changes`` counts people by their first prompt; people without one are left out.

    ``days_earlier`` and ``days_later`` are medians over those people, none where there are none. ``unanswerable``
    counts answers and updates for which the candidate had made nothing, ``refused`` the lines of a file that no door
    would take.
    """

    people: int
    events: int
    changes: dict[Change, int]
    days_earlier: float | None
    days_later: float | None
    prompts_before: int
    prompts_candidate: int
    unanswerable: int
    weeks: list[Week]
    refused: int = 0


class Comparison:
    """Takes one person after the other; the candidate decides from ``since`` on, over the history as it was."""

    def __init__(self, candidate: Policy, *, until: datetime, since: datetime | None = None) -> None:
        self._candidate = candidate
        self._until = until
        self._since = since
        self._changes: Counter[Change] = Counter()
        self._days: dict[Change, list[float]] = {"earlier": [], "later": []}
        self._weeks: dict[tuple[str, date], list[int]] = {}
        self._people = self._events = self._unanswerable = 0
        self._totals = [0, 0]

    def add(self, subject: SubjectReference, history: Sequence[Past]) -> None:
        """One person's history, in the order of arrival."""
        before, after = Course(subject), Course(subject)
        for past in history:
            before.take(past.event, past.policy)
            after.take(past.event, self._policy_at(past.event.recorded, past.policy, after))
        if history:
            before.due(self._until, history[-1].policy)
            after.due(self._until, self._policy_at(self._until, history[-1].policy, after))
        self._people += 1
        self._events += len(history)
        self._unanswerable += after.unanswerable - before.unanswerable
        self._compare(self._within(before.prompts), self._within(after.prompts))

    def _policy_at(self, moment: datetime, was: Policy, course: Course) -> Policy:
        """The candidate, once it decides; what was due before it did is done before."""
        if self._since is None:
            return self._candidate
        if moment < self._since:
            return was
        course.due(self._since, was)
        return self._candidate

    def result(self) -> Backtest:
        """All of it so far."""
        return Backtest(
            people=self._people,
            events=self._events,
            changes=dict(self._changes),
            days_earlier=_median(self._days["earlier"]),
            days_later=_median(self._days["later"]),
            prompts_before=self._totals[0],
            prompts_candidate=self._totals[1],
            unanswerable=self._unanswerable,
            weeks=sorted(Week(ods, week, *counts) for (ods, week), counts in self._weeks.items()),
        )

    def _within(self, prompts: list[Made]) -> list[Made]:
        return sorted(made for made in prompts if self._since is None or made.at >= self._since)

    def _compare(self, before: list[Made], after: list[Made]) -> None:
        for side, prompts in enumerate((before, after)):
            self._totals[side] += len(prompts)
            for made in prompts:
                monday = made.at.date() - timedelta(days=made.at.weekday())
                self._weeks.setdefault((made.organisation, monday), [0, 0])[side] += 1
        if not (before or after):
            return
        change = _change(before, after)
        self._changes[change] += 1
        if change in self._days:
            self._days[change].append(abs((after[0].at - before[0].at).total_seconds()) / 86_400)


def _change(before: list[Made], after: list[Made]) -> Change:
    if not before:
        return "newly"
    if not after:
        return "no-more"
    if after[0].at == before[0].at:
        return "same"
    return "earlier" if after[0].at < before[0].at else "later"


def _median(days: list[float]) -> float | None:
    return round(median(days), 1) if days else None
