"""The routes of the door that describe it. They read nothing of anybody, so nobody need say who they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from services.describe.documents import document
from services.describe.examples import example_named
from services.describe.operations import CSS, FHIR_JSON, HTML, JSON
from services.describe.pages import event_page, index_page, style_sheet
from services.describe.requests import DOOR
from services.ingest.structured import STRUCTURED

if TYPE_CHECKING:
    from starlette.requests import Request

#: Nothing runs on a page, and nothing comes from elsewhere.
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_BESIDE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
#: An address that a page may repeat: the caller's own word, so no more than a host and a port.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,255}\Z")


def described_routes() -> list[Route]:
    """The routes. They are plain functions, so that a page that is made for the first time holds up nobody."""
    return [
        Route("/openapi.json", _openapi, methods=["GET"]),
        Route("/asyncapi.json", _asyncapi, methods=["GET"]),
        Route("/fhir/metadata", _metadata, methods=["GET"]),
        Route("/docs", _index, methods=["GET"]),
        Route("/docs/style.css", _style, methods=["GET"]),
        Route("/docs/events/{type}", _event, methods=["GET"]),
        Route("/docs/examples/{type}/{example}", _example, methods=["GET"]),
    ]


def _openapi(_request: Request) -> Response:
    return _told(document("openapi"), JSON)


def _asyncapi(_request: Request) -> Response:
    return _told(document("asyncapi"), JSON)


def _metadata(_request: Request) -> Response:
    return _told(document("metadata"), FHIR_JSON)


def _index(_request: Request) -> Response:
    return _told(index_page(), HTML)


def _style(_request: Request) -> Response:
    return _told(style_sheet(), CSS)


def _event(request: Request) -> Response:
    address = str(request.base_url).rstrip("/")
    page = event_page(request.path_params["type"], address if _ADDRESS.match(address) else DOOR)
    if page is None:
        raise HTTPException(404)
    return _told(page, HTML)


def _example(request: Request) -> Response:
    found = example_named(request.path_params["type"], request.path_params["example"])
    if found is None:
        raise HTTPException(404)
    return _told(found.body, STRUCTURED)


def _told(content: str | bytes, media_type: str) -> Response:
    policy = {"Content-Security-Policy": _POLICY}
    return Response(content, headers={**_BESIDE, **policy}, media_type=media_type)
