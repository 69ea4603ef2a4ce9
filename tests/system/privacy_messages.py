"""Messages about people with a marker in every name, address, number and free text that is not of a standard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from nhs_number import is_valid

from schemas.codes import EVENT_TYPE
from schemas.events import EVENT_TYPES

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
MARKER = "Zqmarkerqz"
#: Members of FHIR JSON whose texts are a person's: names, addresses, phones, words of any kind.
_PERSONAL = frozenset({
    "family", "given", "prefix", "text", "display", "line", "city", "postalCode", "valueString", "description",
    "title", "name", "value",
})  # fmt: skip
_OF_STRUCTURE = ("https://fhir.nhs.uk/Id/", "http://fhir.nhs.uk/Id/", "https://fitpath.example/fhir/Id/task")
_DURATION = re.compile(r"\d+ (day|week|month)s?")
_ASTER = "9990000018"
Event = dict[str, Any]


def marked(node: Any) -> Any:
    """FHIR JSON with the marker; what structure rests on is left."""
    if isinstance(node, list):
        return [marked(item) for item in node]
    if not isinstance(node, dict):
        return node
    system = str(node.get("system", ""))
    return {name: _marked(name, value, system) if name in _PERSONAL else marked(value) for name, value in node.items()}


def _marked(name: str, value: Any, system: str) -> Any:
    if isinstance(value, list):
        return [_marked(name, item, system) for item in value]
    if not isinstance(value, str):
        return marked(value)
    kept = name == "value" and system.startswith(_OF_STRUCTURE)
    return value if kept or _DURATION.fullmatch(value) else f"{value} {MARKER}"


def examples(kind: str = "*") -> list[Event]:
    """Every inbound example, valid and invalid, marked, also in an extension of its envelope."""
    paths = [path for name in EVENT_TYPES for path in sorted((EXAMPLES / name).glob(f"*.{kind}.json"))]
    events = [json.loads(path.read_text()) for path in paths]
    return [{**event, "data": marked(event["data"]), "patientname": MARKER} for event in events]


def numbers() -> Iterator[str]:
    """NHS numbers that no example has."""
    return (text for text in map(str, count(9990005000)) if is_valid(text))


def note(number: str, name: str) -> Event:
    """A marked fit note of a person, recent enough to move somebody."""
    return _recent("fit-note-issued-1/chronic-back-pain", number, name, {"2024-03-04": f"{datetime.now(UTC):%Y-%m-%d}"})


def agreed(number: str, task: str) -> Event:
    """The person's agreement in answer to a prompt."""
    return _recent("prompt-answered-1/refer-with-consent", number, "agreed", {_PROMPT: task, "Y99201": "Z9Z99"})


def accepted(number: str, task: str) -> Event:
    """A named worker accepts the referral."""
    return _recent("referral-updated-1/accepted-by-a-named-worker", number, "accepted", {_REFERRAL: task})


def message(event: Event, name: str) -> Event:
    """An event as a FHIR message without an envelope, under this id or none."""
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": EVENT_TYPE, "code": event["type"]},
        "source": {"endpoint": event["source"], "name": MARKER},
    }
    entries = event["data"].get("entry", [{"resource": event["data"]}])
    named = {"id": name} if name else {}
    return {
        "resourceType": "Bundle", **named, "type": "message", "timestamp": event["time"],
        "entry": [{"resource": header}, *entries],
    }  # fmt: skip


_PROMPT, _REFERRAL = "0f4c8a54-6a57-5d0b-9c52-6a3f7a1d2b01", "7d0e5b6e-1d4a-5b41-8f0e-2f1f0f6f9a02"


def _recent(path: str, number: str, name: str, others: dict[str, str]) -> Event:
    """An example told of another person, just now."""
    event = json.loads((EXAMPLES / f"{path}.valid.json").read_text())
    text = json.dumps(marked(event["data"]))
    for old, new in {_ASTER: number, **others}.items():
        assert old in text, old
        text = text.replace(old, new)
    return {**event, "id": name, "time": datetime.now(UTC).isoformat(), "data": json.loads(text)}
