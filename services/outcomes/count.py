"""Many journeys counted. What is to be published tells small numbers of nobody.

Suppressed as NHS hospital statistics are: 1 to 7 is not told, what is more is
rounded to the nearest 5, so that a total less its parts gives nothing away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from statistics import median

import msgspec

from services.outcomes.milestones import STAGES, Milestones, Stage

#: Counts up to this are not told, and nothing that is derived from so few.
SMALL = 7
_ROUND_TO = 5
_USEFUL = ("invite", "refer")


class Reached(msgspec.Struct, frozen=True):
    """One stage: how many reached it (none: too few to tell), and the median of days since the stage before it."""

    stage: Stage
    people: int | None
    days: float | None


class Funnel(msgspec.Struct, frozen=True):
    """The funnel of a group: ``by`` all, source, organisation or track; ``group`` its value."""

    by: str
    group: str
    stages: list[Reached]


class Organisation(msgspec.Struct, frozen=True):
    """What an organisation was asked: prompts, answers, and the share of answers that helped (invite, refer)."""

    ods: str
    prompts: int | None
    answers: int | None
    useful: float | None


class Wishes(msgspec.Struct, frozen=True):
    """How many people have a wish, by whose words it was."""

    wish: str
    by: str
    people: int | None


class Outcomes(msgspec.Struct, frozen=True):
    """All of it. ``days_to_prompt``: the median from first evidence to prompt."""

    exact: bool
    days_to_prompt: float | None
    funnels: list[Funnel]
    organisations: list[Organisation]
    wishes: list[Wishes]


def count(journeys: Iterable[Milestones], *, exact: bool = False) -> Outcomes:
    """Count. ``exact``: every number as it is, for the eyes of those who may see them, never to publish."""
    reached = list(journeys)
    groups: dict[tuple[str, str], list[Milestones]] = {("all", "all"): reached}
    for one in reached:
        for by, group in (("source", one.source), ("organisation", one.organisation), ("track", one.track)):
            groups.setdefault((by, group or "nobody asked"), []).append(one)
    return Outcomes(
        exact=exact,
        days_to_prompt=_days(reached, "evidence", "prompt", exact),
        funnels=[Funnel(by, group, _stages(some, exact)) for (by, group), some in sorted(groups.items())],
        organisations=_organisations(reached, exact),
        wishes=[
            Wishes(wish, by, told(number, exact))
            for (wish, by), number in sorted(
                Counter((one.wish.wish, one.wish.by) for one in reached if one.wish).items()
            )
        ],
    )


def told(number: int, exact: bool) -> int | None:
    """A count as it may be told; none: too few."""
    if exact or number == 0:
        return number
    return None if number <= SMALL else _ROUND_TO * round(number / _ROUND_TO)


def _stages(group: list[Milestones], exact: bool) -> list[Reached]:
    first, *_ = STAGES
    days = {later: _days(group, earlier, later, exact) for earlier, later in pairwise(STAGES)}
    return [
        Reached(stage, told(sum(stage in one.reached for one in group), exact), None if stage == first else days[stage])
        for stage in STAGES
    ]


def _days(group: list[Milestones], earlier: Stage, later: Stage, exact: bool) -> float | None:
    """The median of days between two stages, of those who reached both."""
    between = [
        _between(one.reached[earlier], one.reached[later])
        for one in group
        if earlier in one.reached and later in one.reached
    ]
    few = not between or (len(between) <= SMALL and not exact)
    return None if few else float(median(between))


def _between(earlier: date, later: date) -> int:
    return (later - earlier).days


def _organisations(reached: list[Milestones], exact: bool) -> list[Organisation]:
    prompts: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    useful: Counter[str] = Counter()
    for one in reached:
        for asked in one.asked:
            prompts[asked.organisation] += 1
            answers[asked.organisation] += asked.answer is not None
            useful[asked.organisation] += asked.answer in _USEFUL
    return [
        Organisation(
            ods, told(prompts[ods], exact), told(answers[ods], exact), _share(useful[ods], answers[ods], exact),
        )
        for ods in sorted(prompts)
    ]  # fmt: skip


def _share(some: int, number: int, exact: bool) -> float | None:
    """A share as it may be told: of counts that may be told themselves, and of the rest too, or it would tell them."""
    part, rest, whole = told(some, exact), told(number - some, exact), told(number, exact)
    return None if part is None or rest is None or not whole else round(min(part / whole, 1.0), 2)
