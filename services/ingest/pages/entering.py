"""The way in: a link, a code that is asked for and given, and then a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.ingest.pages.codes import judge, new_code
from services.ingest.pages.questions import addressee_of
from services.ingest.pages.sending import CodeNotSent, CodeSender
from services.ingest.pages.session import Asked, form_token, new_session
from services.ingest.pages.visit import PageTrouble
from services.observe import log

if TYPE_CHECKING:
    from starlette.responses import Response

    from services.ingest.pages.views import Views
    from services.ingest.pages.visit import Visit

_STATUS = {"wrong": 422, "over": 410, "too-often": 429}
_WORDS = {"wrong": "code_wrong", "over": "code_over", "too-often": "code_too_often"}
_DIGITS = 6


class Entering:
    """The pages before the second step. They say the same of every question."""

    def __init__(self, views: Views, sender: CodeSender) -> None:
        self._views = views
        self._sender = sender

    async def link(self, visit: Visit) -> Response:
        """What a link opens."""
        return self._views.page("link", base=visit.base)

    def ended(self, visit: Visit) -> Response:
        """What an answer gets whose session is over: nothing was sent."""
        return self._views.page("link", 403, base=visit.base, ended=True)

    async def send_code(self, visit: Visit) -> Response:
        """Make a code, send it, and go on to where it is entered."""
        await visit.form()
        async with visit.pool.acquire() as connection:
            to = await addressee_of(connection, visit.question)
            if to is None:
                raise PageTrouble(404, "ended", "unknown")
            code = await new_code(connection, visit.links.keys, visit.question, visit.now)
        if code is None:
            return self._views.page("link", 429, base=visit.base, error="code_limit")
        try:
            if code.digits is not None:
                await self._sender.send(to, code.digits, code.until)
        except CodeNotSent as why:
            log("pages").error("a code could not be sent", error=type(why.__cause__).__name__)
            return self._views.page("link", 503, base=visit.base, error="code_not_sent")
        return visit.keep(visit.go("/code"), Asked(visit.question, code.challenge, code.until))

    async def code(self, visit: Visit) -> Response:
        """Where a code is entered, in the browser that asked for one."""
        asked = visit.asked()
        return visit.go("") if asked is None else self._code_page(visit, asked)

    async def give_code(self, visit: Visit) -> Response:
        """Try a code; the right one begins a session."""
        asked = visit.asked()
        if asked is None:
            await visit.form()
            return self._views.page("link", 410, base=visit.base, error="code_over")
        form = await visit.form(asked)
        digits = "".join(form.get("code").split())
        if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
            return self._code_page(visit, asked, 422, "code_shape")  # nothing that could be a code is no try
        async with visit.pool.acquire() as connection:
            found = await judge(connection, visit.links.keys, visit.question, asked.challenge, digits, visit.now)
        if found != "right":
            return self._code_page(visit, asked, _STATUS[found], _WORDS[found])
        return visit.keep(visit.go("/question"), new_session(visit.question, visit.now))

    def _code_page(self, visit: Visit, asked: Asked, status: int = 200, error: str | None = None) -> Response:
        token = form_token(visit.links.keys, asked)
        return self._views.page("code", status, base=visit.base, token=token, error=error)
