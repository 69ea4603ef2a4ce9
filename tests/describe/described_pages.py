"""The pages as a client gets them, and what an HTML page is made of."""

from __future__ import annotations

from collections import Counter
from functools import cache

import httpx2
import lxml.html
from starlette.applications import Starlette
from starlette.testclient import TestClient

from schemas.events import EVENT_TYPES
from schemas.outputs import OUTPUT_TYPES
from services.describe.routes import described_routes

DOOR = "http://door.example:8123"
TYPES = [*EVENT_TYPES, *OUTPUT_TYPES]
PAGES = ["/docs", *(f"/docs/events/{name}" for name in TYPES)]
_CLIENT = TestClient(Starlette(routes=described_routes()), base_url=DOOR)


def get(path: str, **headers: str) -> httpx2.Response:
    """An answer of the routes that describe the door."""
    return _CLIENT.get(path, headers=headers)


@cache
def page(path: str) -> lxml.html.HtmlElement:
    """A page, opened."""
    answer = get(path)
    assert answer.status_code == 200
    return lxml.html.document_fromstring(answer.text)


def text_of(element: lxml.html.HtmlElement) -> str:
    """The words of an element, with its white space made plain."""
    return " ".join(element.text_content().split())


def table(path: str, caption: str) -> list[list[str]]:
    """The body of the one table of a page whose caption begins so, row by row."""
    (found,) = (each for each in page(path).iter("table") if text_of(each.find("caption")).startswith(caption))
    return [[text_of(cell) for cell in row] for row in found.find("tbody")]


def ids(path: str) -> Counter:
    """Every id of a page, counted."""
    return Counter(element.get("id") for element in page(path).xpath("//*[@id]"))
