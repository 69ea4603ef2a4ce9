"""How the pages look: templates of the NHS design system, the words, and the headers that guard them."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader
from starlette.exceptions import HTTPException
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

    from services.ingest.pages.texts import Texts

ASSETS = "/answer-assets"
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_FILE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(/[a-z0-9-]+(\.[a-z0-9-]+)*)*")
_GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


class Views:
    """Makes pages in the words of a deployment."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        # ChainableUndefined: the templates of the design system ask for what was not given
        self._templates = Environment(
            loader=ChoiceLoader([PackageLoader(__package__), PackageLoader("nhsuk_frontend_jinja")]),
            autoescape=True,
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"t": texts.sections, "texts": texts, "assets": ASSETS}
        self._templates.filters |= {"day": _day, "spaced": _spaced}

    def page(self, name: str, status: int = 200, **given: object) -> Response:
        """A page. Nobody keeps a copy of it, and nothing runs on it that is not ours."""
        html = self._templates.get_template(f"{name}.html.jinja").render(given)
        headers = {**_GUARDS, "Cache-Control": "no-store", "Content-Security-Policy": _policy(html)}
        return Response(html, status, headers, "text/html")

    def words(self, name: str, status: int, section: str = "ended", **given: object) -> Response:
        """A page that says one thing and asks nothing."""
        found = self.texts.sections[section]
        return self.page("words", status, title=found[f"{name}_title"], words=found[name], **given)


def asset(request: Request) -> Response:
    """A style sheet, script or picture; where its folder names its version it may be kept."""
    name = request.path_params["path"]
    file = resources.files(__package__).joinpath("static", *name.split("/"))
    kind = name.rpartition(".")[2]
    if not _FILE.fullmatch(name) or kind not in _TYPES or not file.is_file():
        raise HTTPException(404)
    kept = "public, max-age=31536000, immutable" if "/" in name else "public, max-age=300"
    return Response(file.read_bytes(), headers={**_GUARDS, "Cache-Control": kept}, media_type=_TYPES[kind])


def _policy(html: str) -> str:
    """The content security policy of a page. Scripts that stand in it are those of the template: by their hash.

    A text of somebody is escaped, so no `<script>` of theirs is ever there to be found.
    """
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in dict.fromkeys(_INLINE.findall(html))
    ]
    scripts = " ".join(["'self'", *hashes])
    return (
        f"default-src 'self'; script-src {scripts}; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    )


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def _spaced(number: str) -> str:
    """An NHS number as people read it."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"
