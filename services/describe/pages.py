"""Pages for people: the list of event types, and one page for each, made from its model and its examples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from importlib.metadata import version

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.events import EVENT_TYPES
from schemas.failures import FAILURES
from schemas.outputs import OUTPUT_TYPES
from schemas.topics import INBOUND
from services.describe.attributes import PUBLISHED
from services.describe.examples import valid_examples
from services.describe.findings import findings
from services.describe.kinds import fields_of, in_words
from services.describe.operations import OPERATIONS
from services.describe.requests import BROKER, from_kafka, to_kafka, with_curl, with_python
from services.describe.rules import facts_of_type, refusals, rules_of


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of a page."""

    curl: str
    python: str
    kafka: str


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an output."""

    name: str
    required: bool
    words: str


def index_page() -> str:
    """All event types, the answers of the door, and what can be wrong."""
    return _render(
        "index.html.jinja",
        inbound=EVENT_TYPES.values(),
        outbound=OUTPUT_TYPES.values(),
        operations=[operation for operation in OPERATIONS if operation.guarded],
        failures=FAILURES.values(),
    )


@lru_cache(maxsize=256)
def event_page(event_type: str, door: str) -> str | None:
    """The page of an event type, with requests to a door; none of a type that is not known."""
    if event_type in EVENT_TYPES:
        return _inbound(event_type, door)
    return _outbound(event_type) if event_type in OUTPUT_TYPES else None


@cache
def style_sheet() -> str:
    """How the pages look."""
    return (resources.files("services.describe") / "templates" / "style.css").read_text(encoding="utf-8")


def _inbound(event_type: str, door: str) -> str:
    row = EVENT_TYPES[event_type]
    shown = next(iter(valid_examples(event_type)), None)
    return _render(
        "inbound.html.jinja",
        name=row.name,
        purpose=_sentence(row.purpose),
        focus=row.focus,
        topic=INBOUND,
        broker=BROKER,
        requests=Requests(with_curl(shown, door), with_python(shown, door), to_kafka(shown, door)) if shown else None,
        rules=rules_of(event_type),
        facts=facts_of_type(event_type),
        refusals=refusals(),
        findings=findings(event_type),
    )


def _outbound(event_type: str) -> str:
    row = OUTPUT_TYPES[event_type]
    elements = [Element(field.encode_name, field.required, in_words(field.type)) for field in fields_of(row.model)]
    return _render(
        "outbound.html.jinja",
        name=row.name,
        purpose=_sentence(row.purpose),
        resource=row.model.__struct_config__.tag,
        topics=row.topics,
        broker=BROKER,
        reading=from_kafka(row.name, row.topics),
        attributes=PUBLISHED,
        elements=elements,
        findings=findings(event_type),
    )


def _sentence(purpose: str) -> str:
    return f"{purpose[0].upper()}{purpose[1:]}."


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("services.describe"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(template: str, **told: object) -> str:
    return _templates().get_template(template).render(version=version("fitpath"), **told)
