"""A receipt on ``fitpath.receipts``: what finally became of one output at one destination.

Keyed by the subject reference. It holds no word of the output and names nobody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from schemas.failures import Problem, Refused
from schemas.identifiers import NotAnIdentifier, SubjectReference, parse_subject

#: Handed over; held back because something overtook it; or refused for good by the destination.
Outcome = Literal["delivered", "recalled", "gave-up"]
#: The name of a destination: short, so that it can be a label, a key and a part of a consumer group's name.
DestinationName = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*\\Z", max_length=60)]
_Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\Z")]
_Reason = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*\\Z", max_length=60)]


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """``output`` is its CloudEvent id, ``subject`` the reference, ``reason`` a code for why it was not delivered."""

    output: _Id
    destination: DestinationName
    subject: str
    outcome: Outcome
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    reason: _Reason | None = None

    @property
    def key(self) -> bytes:
        """The key of its record."""
        return self.subject.encode()


def write_receipt(receipt: Receipt) -> bytes:
    """The value of a receipt's record."""
    return msgspec.json.encode(receipt)


def read_receipt(value: bytes) -> tuple[Receipt, SubjectReference]:
    """Read a receipt from a record's value, with whom it is about. Raises Refused (`record-not-readable`)."""
    try:
        receipt = msgspec.json.decode(value, type=Receipt)
        return receipt, parse_subject(receipt.subject)
    except (msgspec.DecodeError, UnicodeDecodeError, NotAnIdentifier):
        raise Refused([Problem("record-not-readable")]) from None
