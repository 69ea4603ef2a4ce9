"""One request at a page: which question, who came, what they sent."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from services.answer_links import PATH
from services.ingest.body import read_body
from services.ingest.pages.form import Form, FormNotReadable
from services.ingest.pages.session import Asked, Session, is_own_form, keep, kept

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from services.answer_links import AnswerLinks
    from services.ledger.database import Pool

_LARGEST_FORM = 20_000
_SEE_OTHER = 303
_OWN_SITES = ("same-origin", "none")


class PageTrouble(Exception):  # noqa: N818 - a trouble is not a fault
    """Why a request ends with a page that says so: a status, and the words of a section. Nothing was changed."""

    def __init__(self, status: int, section: str, name: str) -> None:
        self.status, self.section, self.name = status, section, name
        super().__init__(name)


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """A request whose link is ours."""

    request: Request
    links: AnswerLinks
    question: uuid.UUID
    pool: Pool
    now: datetime
    body_seconds: float

    @property
    def base(self) -> str:
        """The path of this question's pages."""
        return PATH + str(self.request.path_params["token"])

    def asked(self) -> Asked | None:
        """The code that this browser asked for."""
        return kept(self.request, self.links.keys, Asked, self.question, self.now)

    def session(self) -> Session | None:
        """That this browser gave the right code."""
        return kept(self.request, self.links.keys, Session, self.question, self.now)

    async def form(self, of: Asked | Session | None = None) -> Form:
        """What was sent. Raises PageTrouble when it is no form of ours, or not from our page; Refused for its size."""
        if self.request.headers.get("sec-fetch-site", "none") not in _OWN_SITES:
            raise PageTrouble(403, "trouble", "foreign")
        body = await read_body(self.request, _LARGEST_FORM, self.body_seconds)
        try:
            form = Form.read(body)
        except FormNotReadable:
            raise PageTrouble(400, "trouble", "rejected") from None
        if of is not None and not is_own_form(self.links.keys, of, form.get("token")):
            raise PageTrouble(403, "trouble", "foreign")
        return form

    def go(self, where: str) -> Response:
        """Go on to another page of this question."""
        return RedirectResponse(self.base + where, _SEE_OTHER, {"Cache-Control": "no-store"})

    def keep(self, response: Response, found: Asked | Session) -> Response:
        """Have the browser keep something for these pages."""
        secure = self.links.address.startswith("https://")
        keep(response, self.links.keys, found, path=self.base, now=self.now, secure=secure)
        return response
