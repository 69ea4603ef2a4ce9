"""CloudEvents in structured mode: one JSON object with the attributes and the FHIR resource as ``data``.

The bytes of ``data`` are taken as they stand: FHIR decimals must not be rewritten.
"""

from __future__ import annotations

import base64
import binascii
from email.message import Message as MediaType

import msgspec

from schemas.envelope import attribute_name
from schemas.failures import Problem, Refused
from schemas.fhir.json_text import read_json
from schemas.identifiers import ArrivalId
from services.ingest.examine import Offer

STRUCTURED = "application/cloudevents+json"
_ANY_STRUCTURED = "application/cloudevents"
_FHIR_JSON = "application/fhir+json"
_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DATA = frozenset({"data", "data_base64", "datacontenttype", "dataschema"})


def is_structured(media_type: str) -> bool:
    """Whether the envelope stands in the body: by its media type, also one that is not read here (a batch, Avro)."""
    return media_type.strip().lower().startswith(_ANY_STRUCTURED)


def is_media_type(media_type: str, wanted: str) -> bool:
    """Whether a body is of a media type, in UTF-8."""
    read = MediaType()
    read["content-type"] = media_type
    return read.get_content_type() == wanted and read.get_content_charset("utf-8") in ("utf-8", "us-ascii")


def structured_offer(body: bytes, media_type: str, arrival: ArrivalId) -> Offer:
    """A structured CloudEvent as an offer; what cannot be read gives one that ``accept`` refuses with the reasons."""
    try:
        if not is_media_type(media_type, STRUCTURED):
            raise Refused([Problem("content-type-not-supported")])
        return read_structured(body, arrival)
    except Refused as why:
        return Offer({}, media_type, body, arrival, problems=why.problems)


def read_structured(body: bytes, arrival: ArrivalId) -> Offer:
    """Read a structured CloudEvent. Raises Refused (`body-not-readable`, `envelope-not-valid`)."""
    read_json(body)
    try:
        members = _DECODER.decode(body)
    except msgspec.DecodeError:  # a surrogate by itself passes Python's reader
        raise Refused([Problem("body-not-readable", detail="it is not JSON")]) from None
    attributes: dict[str, str] = {}
    problems: list[Problem] = []
    for name, raw in members.items():
        if name not in _DATA:
            _attribute(name, raw, attributes, problems)
    media_type = _FHIR_JSON
    if "datacontenttype" in members:
        stated: dict[str, str] = {}
        _attribute("datacontenttype", members["datacontenttype"], stated, problems)
        media_type = stated.get("datacontenttype", _FHIR_JSON)
    data = _data(members, problems)
    if problems:
        raise Refused(problems)
    return Offer(attributes, media_type, data, arrival)


def _attribute(name: str, raw: msgspec.Raw, into: dict[str, str], problems: list[Problem]) -> None:
    value = msgspec.json.decode(raw)
    if isinstance(value, bool):
        into[name] = str(value).lower()
    elif isinstance(value, str | int):
        into[name] = str(value)
    elif value is not None:
        problems.append(Problem("envelope-not-valid", attribute_name(name)))


def _data(members: dict[str, msgspec.Raw], problems: list[Problem]) -> bytes:
    if "data" in members and "data_base64" in members:
        problems.append(Problem("body-not-readable", "data", "data and data_base64 exclude each other"))
        return b""
    if "data" in members:
        raw = bytes(members["data"])
        if not raw.startswith(b'"'):
            return raw
        return _text(raw).encode()  # XML stands as a JSON string
    try:
        return base64.b64decode(_text(bytes(members.get("data_base64", b'""'))), validate=True)
    except (binascii.Error, ValueError):
        problems.append(Problem("body-not-readable", "data_base64"))
        return b""


def _text(raw: bytes) -> str:
    value = msgspec.json.decode(raw)
    return value if isinstance(value, str) else ""
