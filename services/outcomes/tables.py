"""Outcomes as CSV, and as a page with pictures. No script."""

from __future__ import annotations

import csv
import io
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined

from services.outcomes.count import SMALL, Funnel, Outcomes

#: How long the study's participants had been out of work before anybody offered support (Holmes et al. 2020).
STUDY_DAYS = 730
FEW = f"1 to {SMALL}"
_WIDTH = 420


class Row(NamedTuple):
    """One stage as it is drawn: its words, its count in words, the width of its bar."""

    stage: str
    people: str
    days: str
    width: int


def as_csv(found: Outcomes) -> str:
    """Every funnel, one line for each stage; empty: too few to tell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["by", "group", "stage", "people", "median days since the stage before"])
    for funnel in found.funnels:
        for reached in funnel.stages:
            writer.writerow([funnel.by, funnel.group, reached.stage, reached.people, reached.days])
    return out.getvalue()


def as_page(found: Outcomes) -> str:
    """The page as text."""
    text = resources.files("services.outcomes").joinpath("page.html.jinja").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
    return template.render(
        found=found, study=STUDY_DAYS, few=FEW, rows=rows, number=in_words, width=_WIDTH,
    )  # fmt: skip


def rows(funnel: Funnel) -> list[Row]:
    """A funnel as bars on the scale of its widest stage; what is too few has no bar."""
    most = max((reached.people or 0 for reached in funnel.stages), default=0) or 1
    return [
        Row(
            reached.stage.replace("-", " "), in_words(reached.people), in_words(reached.days, "not told"),
            round(_WIDTH * (reached.people or 0) / most),
        )
        for reached in funnel.stages
    ]  # fmt: skip


def in_words(number: float | None, none: str = FEW) -> str:
    """A number for people; none: too few to tell."""
    return none if number is None else f"{number:g}"
