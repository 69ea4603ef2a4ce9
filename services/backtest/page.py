"""The back-test as a page: what changes for people, and prompts by week as a picture and as a table. No script."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined

from services.backtest.compare import Backtest, Change

CHANGES: dict[Change, str] = {
    "same": "prompted at the same time",
    "earlier": "prompted earlier",
    "later": "prompted later",
    "newly": "prompted newly",
    "no-more": "prompted no more",
}
_HEIGHT, _STEP, _BAR = 180, 28, 11


class Bar(NamedTuple):
    """One bar: its place and size in the picture, and what it stands for."""

    x: int
    y: float
    height: float
    candidate: bool
    words: str


def render(found: Backtest, before: str, candidate: str) -> str:
    """The page as text; the policies by name and version."""
    text = resources.files("services.backtest").joinpath("page.html.jinja").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
    totals = by_week(found)
    return template.render(
        found=found,
        before=before,
        candidate=candidate,
        changes=[(words, found.changes.get(change, 0)) for change, words in CHANGES.items()],
        bars=bars(totals),
        ticks=[(n * _STEP + _BAR, f"{week:%d %b}") for n, week in enumerate(totals) if n % 4 == 0],
        bar=_BAR,
        width=max(len(totals) * _STEP, _STEP),
        height=_HEIGHT,
    )


def by_week(found: Backtest) -> dict[date, tuple[int, int]]:
    """All organisations together."""
    totals: dict[date, tuple[int, int]] = {}
    for row in sorted(found.weeks, key=lambda row: row.week):
        had = totals.get(row.week, (0, 0))
        totals[row.week] = (had[0] + row.before, had[1] + row.candidate)
    return totals


def bars(totals: dict[date, tuple[int, int]]) -> list[Bar]:
    """Two bars a week, before and candidate, on one scale."""
    most = max((count for counts in totals.values() for count in counts), default=0) or 1
    return [
        Bar(
            n * _STEP + side * (_BAR + 1), round(_HEIGHT - _HEIGHT * count / most, 1), round(_HEIGHT * count / most, 1),
            bool(side), f"week of {week:%d %B %Y}, {'candidate' if side else 'before'}: {count}",
        )
        for n, (week, counts) in enumerate(totals.items())
        for side, count in enumerate(counts)
    ]  # fmt: skip
