"""What can be said of an offered event without asking anybody: pure, and the same for doors and `simulate`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from schemas.codes import SOURCE
from schemas.envelope import MEDIA_TYPE, Accepted, Offered, read_offered
from schemas.events import EVENT_TYPES
from schemas.events.national_signal import SIGNAL_TYPES, as_notification
from schemas.failures import Problem, Refused
from schemas.fhir.message import read_message
from schemas.fhir.person import number_of_subject
from schemas.identifiers import ArrivalId, SubjectKey, holds_number
from schemas.quiet import Quiet
from schemas.trace import made_traceparent

_AHEAD = timedelta(days=1)
_ID_LIKE = ("id", "source", "correlationid", "requestid", "traceparent")


class Offer(Quiet, frozen=True):
    """What a caller brought: envelope attributes, body and its media type, as they came.

    ``caller`` is the source whose token was shown, where callers are told apart; ``problems`` is what the door
    found before it could make out the rest: such an offer is refused and counted like any other.
    """

    attributes: Mapping[str, str]
    media_type: str
    body: bytes
    arrival: ArrivalId
    caller: str | None = None
    problems: tuple[Problem, ...] = ()

    def in_trace(self, traceparent: str | None) -> Offer:
        """This offer with the traceparent of what carried it, where the event states none itself."""
        if not traceparent or "traceparent" in self.attributes:
            return self
        return replace(self, attributes={**self.attributes, "traceparent": traceparent})


class Examined(Quiet, frozen=True):
    """An event that is good: its envelope after the door and the payload for ``fitpath.events``."""

    accepted: Accepted
    payload: bytes


def examine(offer: Offer, recorded: datetime, key: SubjectKey) -> Examined:
    """Check an offer. ``recorded`` is stamped here, once. Raises Refused with every problem."""
    if offer.problems:
        raise Refused(offer.problems)
    problems: list[Problem] = []
    offered: Offered | None = None
    try:
        offered = read_offered(offer.attributes)
    except Refused as why:
        problems += why.problems
    known_type = offer.attributes.get("type") in EVENT_TYPES
    if not known_type and offer.attributes.get("type"):
        problems.append(Problem("type-not-known", "type"))
    if offered and offered.source == SOURCE:
        problems.append(Problem("envelope-not-valid", "source", "this one is Fitpath's own"))
    if offered and offered.time - recorded > _AHEAD:
        problems.append(Problem("time-in-future", "time"))
    if not known_type:
        raise Refused(problems)
    subject = offer.attributes.get("subject") or None
    try:
        message = read_message(offer.attributes["type"], *_body_of(offer), subject)
    except Refused as why:
        raise Refused([*problems, *why.problems]) from None
    ids = {name: value for name in _ID_LIKE if (value := offer.attributes.get(name))}
    if holds_number("x".join(ids.values()), message.number):  # one look for all of them: it is hot
        problems += [
            Problem("identifier-in-id", name) for name, value in ids.items() if holds_number(value, message.number)
        ]
    if problems or offered is None:
        raise Refused(problems)
    accepted = Accepted(
        id=offered.id,
        source=offered.source,
        type=offered.type,
        time=offered.time,
        subject=key.reference(message.number),
        recorded=recorded,
        arrival=offer.arrival,
        correlation=offered.correlation,
        traceparent=offered.traceparent or made_traceparent(offer.arrival),
        backfill=offered.backfill,
    )
    return Examined(accepted, message.payload)


def _body_of(offer: Offer) -> tuple[str, bytes]:
    """Media type and body; of a national signal that is its envelope alone, what its envelope says.

    Raises Refused when that names a number that is not valid.
    """
    if offer.body or offer.attributes["type"] not in SIGNAL_TYPES:
        return offer.media_type, offer.body
    number = number_of_subject(offer.attributes.get("subject"))
    if number is None:
        return offer.media_type, offer.body
    return MEDIA_TYPE, as_notification(offer.attributes["type"], number, offer.attributes.get("dataref"))
