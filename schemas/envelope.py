"""The envelope: CloudEvents 1.0, as it comes to a door and as it leaves one.

An :class:`Offered` envelope is a publisher's; ``subject`` there may be an NHS
number and is read once. An :class:`Accepted` one is ours: its ``subject`` is
the subject reference, and it is what stands in the headers of
``fitpath.events`` (Kafka's binary binding).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId, NotAnIdentifier, SubjectReference, parse_subject
from schemas.trace import read_traceparent

MEDIA_TYPE = "application/fhir+json"
REQUIRED = ("id", "source", "type", "time", "specversion")
_OPTIONAL = ("subject", "datacontenttype", "recordedtime", "correlationid", "requestid", "traceparent", "backfill")
_NAMES = frozenset({*REQUIRED, *_OPTIONAL})
_LONGEST = 512
#: What CloudEvents allows in no attribute (control characters, surrogates, non-characters), and UNREADABLE.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z")
_WHITE_SPACE = re.compile(r"\s")
_TRUE = "true"
#: Stands for what could not be decoded; an attribute that holds it is refused by name.
UNREADABLE = "\ufffd"

Headers = list[tuple[str, bytes]]


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What a publisher says about an event. ``recorded`` is read by `simulate` only; no door believes it."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str | None = None
    correlation: str | None = None
    traceparent: str | None = None
    backfill: bool = False
    recorded: datetime | None = None

    def __repr__(self) -> str:
        return "Offered(...)"  # the subject may be an NHS number, and an id may hold one by mistake


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What Fitpath says about an event that a door took. Times are UTC."""

    id: str
    source: str
    type: str
    time: datetime
    subject: SubjectReference
    recorded: datetime
    arrival: ArrivalId
    correlation: str | None = None
    traceparent: str | None = None
    backfill: bool = False


def read_offered(attributes: Mapping[str, str]) -> Offered:
    """Read CloudEvents attributes (lower-case names without prefix). Raises Refused with every problem."""
    problems = [Problem("envelope-incomplete", name) for name in REQUIRED if not attributes.get(name, "").strip()]
    problems += [
        Problem("envelope-not-valid", attribute_name(name))
        for name, value in attributes.items()
        if not is_attribute(value)
    ]
    if _WHITE_SPACE.search(attributes.get("source", "")):
        problems.append(Problem("envelope-not-valid", "source", "a URI has no white space"))
    if attributes.get("specversion") not in (None, "", "1.0"):
        problems.append(Problem("envelope-not-valid", "specversion", "only CloudEvents 1.0 is read"))
    if attributes.get("backfill", "").lower() not in ("", _TRUE, "false"):
        problems.append(Problem("envelope-not-valid", "backfill", "it is true or false"))
    time, recorded = (_time(attributes, name, problems) for name in ("time", "recordedtime"))
    if problems or time is None:
        raise Refused(problems)
    return Offered(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=time,
        subject=attributes.get("subject") or None,
        correlation=attributes.get("correlationid") or None,
        traceparent=read_traceparent(attributes.get("traceparent", "")),
        backfill=attributes.get("backfill", "").lower() == _TRUE,
        recorded=recorded,
    )


def to_headers(event: Accepted, media_type: str = MEDIA_TYPE) -> Headers:
    """The headers of an accepted event on ``fitpath.events``."""
    named = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": to_text(event.time),
        "subject": event.subject,
        "recordedtime": to_text(event.recorded),
        "arrival": event.arrival,
        "correlationid": event.correlation,
        "traceparent": event.traceparent,
        "backfill": _TRUE if event.backfill else None,
    }
    return as_headers(named, media_type)


def from_headers(headers: Iterable[tuple[str, bytes]]) -> Accepted:
    """Read an accepted event's headers. Raises Refused (`record-not-readable`) when they are not ours."""
    try:
        named = attributes_of(headers)
        return Accepted(
            id=named["id"],
            source=named["source"],
            type=named["type"],
            time=from_text(named["time"]),
            subject=parse_subject(named["subject"]),
            recorded=from_text(named["recordedtime"]),
            arrival=ArrivalId(named["arrival"]),
            correlation=named.get("correlationid"),
            traceparent=named.get("traceparent"),
            backfill=named.get("backfill") == _TRUE,
        )
    except (KeyError, ValueError, OverflowError, NotAnIdentifier) as why:
        raise Refused([Problem("record-not-readable", detail=type(why).__name__)]) from None


def as_headers(named: Mapping[str, str | None], content_type: str) -> Headers:
    """CloudEvents attributes as Kafka headers: `ce_` before each name, the content type beside them."""
    headers = [("content-type", content_type.encode())]
    for name, value in named.items():
        if value is not None:
            headers.append(("ce_" + name, value.encode()))
    return headers


def attributes_of(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """The `ce_` headers of a record as attributes.

    Raises ValueError for bytes that are not UTF-8, a forbidden character or a name that stands twice.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if name.startswith("ce_") and value is not None:
            if name[3:] in found:
                raise ValueError("an attribute stands twice")
            text = value.decode()
            if _FORBIDDEN.search(text):
                raise ValueError("an attribute holds a character that CloudEvents does not allow")
            found[name[3:]] = text
    return found


def is_attribute(value: str) -> bool:
    """Whether a text can be the value of an attribute: not too long, no character that CloudEvents forbids."""
    return len(value) <= _LONGEST and not _FORBIDDEN.search(value)


def attribute_name(name: str) -> str:
    """An attribute's name as it may be repeated: one that we do not know is the sender's word, and is not."""
    return name if name in _NAMES else "attribute"


@lru_cache(maxsize=4096)  # the same few times stand in all that an event causes
def to_text(time: datetime) -> str:
    """A time as RFC 3339 in UTC, to the microsecond."""
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def from_text(text: str) -> datetime:
    """Read RFC 3339 with an offset, as UTC. Raises ValueError."""
    if not _TIME.match(text):
        raise ValueError("not an RFC 3339 time with an offset")
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def _time(attributes: Mapping[str, str], name: str, problems: list[Problem]) -> datetime | None:
    text = attributes.get(name)
    if not text:
        return None
    try:
        return from_text(text)
    except (ValueError, OverflowError):
        problems.append(Problem("envelope-not-valid", name, "an RFC 3339 time with an offset is needed"))
        return None
