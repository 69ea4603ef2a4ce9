"""Putting the person's NHS number into a payload that does not name them, byte for byte otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from schemas.codes import NHS_NUMBER, NHS_NUMBER_SYSTEMS
from schemas.fhir.payload import Payload
from schemas.fhir.person import stated_identifiers
from schemas.fhir.view import Identifier, View
from schemas.identifiers import NhsNumber


def names_somebody(payload: Payload) -> bool:
    """Whether a payload states any NHS number, be it valid or not."""
    return any(found.system in NHS_NUMBER_SYSTEMS and found.value for found, _, _ in stated_identifiers(payload))


def ids_holding(payload: Payload, number: NhsNumber) -> Iterator[str]:
    """Where an id of the payload contains the person's NHS number: ids are logged and copied, numbers never."""
    digits = number.reveal()
    if digits in (payload.bundle_id or ""):
        yield "Bundle.id"
    for entry in payload.entries:
        if digits in (entry.id or ""):
            yield f"{entry.path}.id"
        if entry.kind in _NAMED:
            for index, found in enumerate(entry.read(_Named).identifier):
                if digits in (found.value or ""):
                    yield f"{entry.path}.identifier[{index}].value"


def name_person(body: bytes, number: NhsNumber) -> bytes:
    """The payload with a minimal Patient at its end.

    A bare resource is wrapped into a collection Bundle; a Bundle gets one more entry, the last (the first of a
    message is its header). What the sender wrote is copied as bytes, never written anew: decimals keep their form.
    """
    patient = b'{"resource":%b}' % msgspec.json.encode(
        {"resourceType": "Patient", "identifier": [{"system": NHS_NUMBER, "value": number.reveal()}]}
    )
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    if msgspec.json.decode(members["resourceType"]) != "Bundle":
        return b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":%b},%b]}' % (body.strip(), patient)
    entries = bytes(members.get("entry", msgspec.Raw(b"[]"))).strip()[1:-1].strip()
    members["entry"] = msgspec.Raw(b"[%b]" % b",".join(part for part in (entries, patient) if part))
    return b"{%b}" % b",".join(msgspec.json.encode(name) + b":" + value for name, value in members.items())


#: Resources whose identifiers go on into our own records and outputs.
_NAMED = frozenset({"Task", "Consent"})


class _Named(View, frozen=True):
    identifier: tuple[Identifier, ...] = ()
