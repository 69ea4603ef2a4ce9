"""CloudEvents in structured mode: one JSON object with the attributes and the FHIR resource as ``data``.

The bytes of ``data`` are taken as they stand: FHIR decimals must not be rewritten.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId
from services.ingest.examine import Offer

STRUCTURED = "application/cloudevents+json"
_FHIR_JSON = "application/fhir+json"
_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DATA = frozenset({"data", "data_base64", "datacontenttype", "dataschema"})


def read_structured(body: bytes, arrival: ArrivalId) -> Offer:
    """Read a structured CloudEvent. Raises Refused (`body-not-readable`, `envelope-not-valid`)."""
    try:
        members = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused([Problem("body-not-readable", detail="a CloudEvent is one JSON object")]) from None
    attributes: dict[str, str] = {}
    problems: list[Problem] = []
    for name, raw in members.items():
        if name not in _DATA:
            _attribute(name, raw, attributes, problems)
    media_type = _text(members.get("datacontenttype"), _FHIR_JSON)
    data = _data(members, media_type, problems)
    if problems:
        raise Refused(problems)
    return Offer(attributes, media_type, data, arrival)


def _attribute(name: str, raw: msgspec.Raw, into: dict[str, str], problems: list[Problem]) -> None:
    value = _value(raw)
    if isinstance(value, bool):
        into[name] = str(value).lower()
    elif isinstance(value, str | int):
        into[name] = str(value)
    elif value is not None:
        problems.append(Problem("envelope-not-valid", name if name.isalnum() and len(name) <= 20 else "attribute"))


def _data(members: dict[str, msgspec.Raw], media_type: str, problems: list[Problem]) -> bytes:
    if "data" in members:
        raw = bytes(members["data"])
        if not raw.startswith(b'"'):
            return raw
        return _text(members["data"], "").encode("utf-8", "surrogatepass")  # XML stands as a JSON string
    try:
        return base64.b64decode(_text(members.get("data_base64"), ""), validate=True)
    except (binascii.Error, ValueError):
        problems.append(Problem("body-not-readable", "data_base64"))
        return b""


def _text(raw: msgspec.Raw | None, default: str) -> str:
    value = None if raw is None else _value(raw)
    return value if isinstance(value, str) else default


def _value(raw: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return []  # not a text: refused as such
