"""National signals (MNS): something about the person changed, and not what.

``pds-death-notification-2``, ``nhs-number-change-2``, ``pds-change-of-gp-2``: an R4 ``history`` Bundle whose first
entry is the Parameters of the subscription. The publisher's own CloudEvent, which has no body, is read as the same.
"""

from __future__ import annotations

import re

import msgspec

from schemas.events.event_type import EventType
from schemas.facts import NationalSignal, SignalKind
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.payload import Entry, Payload
from schemas.identifiers import NhsNumber

_NOTIFICATION = "event-notification"
#: A person's record in a national register; whose it is is looked at where it is asked.
_RECORD = re.compile(r"https://[^\s?#]+/Patient/[0-9]{10}")


def _death(payload: Payload, focus: Entry) -> NationalSignal:
    return _read("death", "pds-death-notification-2", focus)


def _number(payload: Payload, focus: Entry) -> NationalSignal:
    return _read("nhs-number", "nhs-number-change-2", focus)


def _practice(payload: Payload, focus: Entry) -> NationalSignal:
    return _read("practice", "pds-change-of-gp-2", focus)


DEATH_NOTIFIED = EventType("pds-death-notification-2", "a death status changed", ("Parameters",), _death)
NUMBER_CHANGED = EventType("nhs-number-change-2", "an NHS number changed", ("Parameters",), _number)
PRACTICE_CHANGED = EventType("pds-change-of-gp-2", "the registered practice changed", ("Parameters",), _practice)
SIGNALS = (DEATH_NOTIFIED, NUMBER_CHANGED, PRACTICE_CHANGED)
SIGNAL_TYPES = frozenset(row.name for row in SIGNALS)


def as_notification(event_type: str, number: NhsNumber, dataref: str | None) -> bytes:
    """A signal that came as a CloudEvent without a body, in the form in which subscribers get it."""
    happened: list[dict[str, object]] = [{"name": "event-number", "valueString": "1"}]
    if dataref:
        happened.append({"name": "focus", "valueReference": {"reference": dataref}})
    context = [
        {"name": "event-type", "valueString": event_type},
        {"name": "subject", "valueReference": {"identifier": {"value": number.reveal()}}},
    ]
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "type", "valueCode": _NOTIFICATION},
            {"name": "notification-event", "part": happened},
            {"name": "additional-context", "part": context},
        ],
    }
    return msgspec.json.encode(parameters)


def _read(kind: SignalKind, event_type: str, focus: Entry) -> NationalSignal:
    told = focus.read(view.Parameters)
    problems = []
    if told.one("type").value_code != _NOTIFICATION:
        problems.append(Problem("focus-not-usable", f"{focus.path}.parameter", f"type {_NOTIFICATION} is needed"))
    stated = told.one("additional-context").one("event-type")
    if event_type not in (stated.value_string, stated.value_code):
        problems.append(Problem("focus-not-usable", f"{focus.path}.parameter", f"event-type {event_type} is needed"))
    if problems:
        raise Refused(problems)
    found = told.one("notification-event").one("focus").value_reference
    place = found.reference if found else None
    return NationalSignal(kind, place if place and _RECORD.fullmatch(place) else None)
