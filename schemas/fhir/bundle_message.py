"""A FHIR message (``$process-message``) as an envelope: BaRS sends no CloudEvents attributes."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from schemas.codes import EVENT_TYPE
from schemas.failures import Problem, Refused
from schemas.fhir.body import json_of
from schemas.fhir.json_text import read_json
from schemas.fhir.view import Coding, View


@dataclass(frozen=True, slots=True)
class MessageParts:
    """The envelope's attributes as the message says them, as text; ``correlation`` is the message it answers."""

    id: str
    source: str
    type: str
    time: str
    correlation: str | None = None

    def attributes(self) -> dict[str, str]:
        """The parts as CloudEvents attributes."""
        found = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type, "time": self.time}
        return {**found, "correlationid": self.correlation} if self.correlation else found


def read_process_message(body: bytes, media_type: str) -> MessageParts:
    """Read the envelope of a Bundle of type ``message``: its first entry is the MessageHeader.

    Raises Refused with every problem: envelope-incomplete for what is missing, not-valid for what has the wrong shape.
    """
    text, problems = json_of(media_type, body)
    read_json(text)
    try:
        bundle = msgspec.json.decode(text, type=_Message)
        first = next(iter(bundle.entry), _Entry()).resource
        header = msgspec.json.decode(bytes(first) or b"{}", type=_Header)
    except msgspec.ValidationError:
        raise Refused([Problem("not-valid", "Bundle", "a Bundle of type message has another shape")]) from None
    except msgspec.DecodeError:  # a surrogate by itself passes Python's reader
        raise Refused([Problem("body-not-readable")]) from None
    if bundle.resource_type != "Bundle" or bundle.type != "message":
        problems.append(Problem("not-valid", "Bundle.type", "message is needed"))
    if header.resource_type != "MessageHeader":
        problems.append(Problem("not-valid", "Bundle.entry[0].resource", "a MessageHeader is needed first"))
    source, kind = header.source.endpoint, _type(header)
    required = {
        "Bundle.id": bundle.id,
        "Bundle.timestamp": bundle.timestamp,
        "MessageHeader.source.endpoint": source,
        "MessageHeader.event": kind,
    }
    problems.extend(Problem("envelope-incomplete", path) for path, value in required.items() if not value)
    if header.event_coding is not None and header.event_coding.system != EVENT_TYPE:
        problems.append(Problem("type-not-known", "MessageHeader.eventCoding.system"))
    if problems or not (bundle.id and bundle.timestamp and source and kind):
        raise Refused(problems)
    return MessageParts(bundle.id, source, kind, bundle.timestamp, header.response.identifier)


class _Source(View, frozen=True):
    endpoint: str | None = None


class _Response(View, frozen=True):
    identifier: str | None = None


class _Header(View, frozen=True):
    resource_type: str | None = None
    event_coding: Coding | None = None
    event_uri: str | None = None
    source: _Source = _Source()
    response: _Response = _Response()


class _Entry(View, frozen=True):
    resource: msgspec.Raw = msgspec.Raw()


class _Message(View, frozen=True):
    resource_type: str | None = None
    id: str | None = None
    type: str | None = None
    timestamp: str | None = None
    entry: tuple[_Entry, ...] = ()


def _type(header: _Header) -> str | None:
    """The event type: our own coding, else the last part of the event's URI."""
    if header.event_coding is not None:
        return header.event_coding.code
    return header.event_uri.rstrip("/").rpartition("/")[2] if header.event_uri else None
