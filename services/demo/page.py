"""The demo's page: each journey as a picture, the same in words under it, and the sum that must add up. No script."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from services.demo.run import Result
from services.journeys import Moment, Story

#: Word and colour of what is drawn; the colours keep a contrast of 4.5 to 1 and more with white text.
_EVENTS = {
    "fit-note-issued-1": ("fit note", "#005ea5"),
    "fit-note-corrected-1": ("fit note corrected", "#005ea5"),
    "pain-clinic-discharged-1": ("pain service", "#6f3d8f"),
    "therapy-discharged-1": ("therapy", "#6f3d8f"),
    "job-centre-flagged-1": ("job centre flag", "#00594c"),
    "job-centre-flag-cleared-1": ("flag cleared", "#00594c"),
    "introduction-made-1": ("introduction", "#6f3d8f"),
    "prompt-answered-1": ("answer", "#3d4f5c"),
    "referral-updated-1": ("IPS provider", "#8a3b00"),
    "clinician-nominated-1": ("nomination", "#6f3d8f"),
    "employment-progress-1": ("progress", "#8a3b00"),
    "person-answered-1": ("own answer", "#00594c"),
    "consent-recorded-1": ("agreement", "#00594c"),
    "consent-withdrawn-1": ("agreement taken back", "#6b5900"),
    "objection-recorded-1": ("objection", "#6b5900"),
    "appointment-changed-1": ("appointment", "#8a3b00"),
    "support-closed-1": ("support closed", "#8a3b00"),
}
_DECISIONS = {
    "prompted": ("prompt", "#005ea5"),
    "held": ("held", "#6b5900"),
    "answer-taken": ("answer taken", "#3d4f5c"),
    "invited": ("invitation", "#00594c"),
    "referred": ("referral", "#00703c"),
    "information-due": ("information", "#5d4777"),
    "referral-moved": ("referral moved", "#8a3b00"),
    "feedback-given": ("feedback", "#7a2250"),
    "out-of-sequence": ("out of sequence", "#a82218"),
}
_LEFT_OUT = "care-package-updated"
_STEP, _CHIP, _TOP = 168, 30, 62


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing in the picture, with the words that say it in full."""

    x: int
    y: int
    label: str
    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class Column:
    """One event with its day, and what it caused, top down."""

    event: Mark
    day: str
    chips: list[Mark]


@dataclass(frozen=True, slots=True)
class Lane:
    """One journey as it is drawn."""

    title: str
    subject: str
    columns: list[Column]
    width: int
    height: int


def write_page(folder: Path, result: Result) -> Path:
    """Write the page into a folder, made if need be, and return its path. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demo.html"
    path.write_text(render(result), encoding="utf-8")
    return path


def render(result: Result) -> str:
    """The page as text."""
    text = resources.files("services.demo").joinpath("page.html.jinja").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
    lanes = [lane(title, story) for title, story in result.journeys]
    return template.render(told=result.told(), lanes=lanes)


def lane(title: str, story: Story) -> Lane:
    """A journey in the order in which Fitpath worked on it, one column for each event."""
    columns: list[Column] = []
    for moment in story.moments:
        if moment.what == "event":
            label, colour = _EVENTS.get(moment.kind, (moment.kind, "#3d4f5c"))
            x = len(columns) * _STEP + _STEP // 2
            columns.append(Column(Mark(x, 32, label, colour, moment.kind), f"{moment.time:%d %b %Y}", []))
        elif moment.what == "decision" and moment.kind != _LEFT_OUT:
            columns[-1].chips.append(_chip(moment, columns[-1]))
    tallest = max((len(column.chips) for column in columns), default=0)
    return Lane(title, story.subject, columns, len(columns) * _STEP, _TOP + tallest * _CHIP + 8)


def _chip(moment: Moment, column: Column) -> Mark:
    label, colour = _DECISIONS.get(moment.kind, (moment.kind, "#3d4f5c"))
    return Mark(column.event.x, _TOP + len(column.chips) * _CHIP, label, colour, moment.words)
