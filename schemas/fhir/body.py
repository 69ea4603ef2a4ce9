"""From a body and its media type to FHIR JSON."""

from __future__ import annotations

import functools
from email.message import Message as MediaType

from schemas.failures import Problem, Refused
from schemas.fhir.xml_text import json_of_xml

_JSON = frozenset({"application/fhir+json", "application/json"})
_XML = frozenset({"application/fhir+xml", "application/xml"})


def json_of(media_type: str, body: bytes) -> tuple[bytes, list[Problem]]:
    """The body as JSON bytes (JSON as it came, XML read anew), and what was not valid in the XML.

    Raises Refused: content-type-not-supported, body-not-readable.
    """
    kind, charset = _parts(media_type)
    if kind not in _JSON | _XML or charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refused([Problem("content-type-not-supported")])
    return (body, []) if kind in _JSON else json_of_xml(body)


@functools.lru_cache(maxsize=64)
def _parts(media_type: str) -> tuple[str, str]:
    """Kind and charset. There are few media types, and reading one costs as much as reading a short message."""
    read = MediaType()
    read["content-type"] = media_type
    return read.get_content_type(), read.get_content_charset("utf-8")
