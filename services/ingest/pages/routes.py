"""The routes of the answer pages.

GET and HEAD change nothing and use nothing up: a code is asked for, a code is
given and an answer is sent by POST alone. Nothing about a person or a
question stands in an address, and a page says nothing before the second step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from schemas.failures import Refused
from services.answer_links import PATH
from services.ingest.inbox import SILENT
from services.ingest.metrics import ANSWERS
from services.ingest.pages.answering import Answering
from services.ingest.pages.entering import Entering
from services.ingest.pages.limits import Limits
from services.ingest.pages.views import ASSETS, Views, asset
from services.ingest.pages.visit import PageTrouble, Visit
from services.ingest.turns import Turns
from services.ledger.policies import PolicyNotKnown
from services.observe import log, place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from services.answer_links import AnswerLinks
    from services.clock import Clock
    from services.ingest.accept import Acceptor
    from services.ingest.inbox import Inbox
    from services.ingest.pages.sending import CodeSender
    from services.ingest.pages.session import Session
    from services.ingest.pages.texts import Texts

    _Page = Callable[[Visit], Awaitable[Response]]
    _InSession = Callable[[Visit, Session], Awaitable[Response]]


class Pages:
    """The pages of one door process. ``limits``: how often a question may be asked for."""

    def __init__(
        self,
        *,
        links: AnswerLinks,
        inbox: Inbox,
        acceptor: Acceptor,
        sender: CodeSender,
        clock: Clock,
        texts: Texts,
        most_at_once: int,
        body_seconds: float,
        limits: Limits | None = None,
    ) -> None:
        self._links = links
        self._inbox = inbox
        self._clock = clock
        self._views = Views(texts)
        self._entering = Entering(self._views, sender)
        self._answering = Answering(self._views, acceptor)
        self._turns = Turns(most_at_once)
        self._limits = limits or Limits()
        self._body_seconds = body_seconds

    def routes(self) -> list[Route]:
        """The routes, for beside those of the door."""
        enter, answer = self._entering, self._answering
        link = f"{PATH}{{token}}"
        return [
            Route(f"{ASSETS}/{{path:path}}", asset, methods=["GET"]),
            Route(link, self._guarded(enter.link), methods=["GET"]),
            Route(f"{link}/code", self._guarded(enter.code), methods=["GET"]),
            Route(f"{link}/code", self._guarded(enter.send_code), methods=["POST"]),
            Route(f"{link}/session", self._guarded(enter.give_code), methods=["POST"]),
            Route(f"{link}/question", self._guarded(self._in_session(answer.question)), methods=["GET"]),
            Route(f"{link}/question", self._guarded(self._in_session(answer.answer)), methods=["POST"]),
            Route(f"{link}/done", self._guarded(self._in_session(answer.done)), methods=["GET"]),
            Route(f"{PATH}{{rest:path}}", self._elsewhere, methods=["GET"]),
        ]

    def _guarded(self, page: _Page) -> Callable[[Request], Awaitable[Response]]:
        """Tell which question, keep to the limits, and turn every trouble into a page that says so kindly."""

        async def handle(request: Request) -> Response:
            try:
                with self._turns.turn(None):
                    response = await page(self._visit(request))
            except PageTrouble as why:
                response = self._views.words(why.name, why.status, why.section)
            except Refused as why:  # too many at once, too large, too slow
                busy = why.status == 429
                response = self._views.words("fast" if busy else "rejected", why.status, "trouble")
            except ClientDisconnect:
                response = Response(status_code=400)  # nobody is there to read it; nothing was taken
            except (*SILENT, PolicyNotKnown) as why:
                log("pages").warning("a page cannot be shown", error=type(why).__name__)
                response = self._views.words("away", 503, "trouble")
            except Exception as why:  # noqa: BLE001 - the last one to see it; its text may hold personal data
                log("pages").error("a page ended by a fault of Fitpath", **place(why))
                response = self._views.words("fault", 500, "trouble")
            ANSWERS.labels(door="pages", status=str(response.status_code)).inc()
            return response

        return handle

    def _in_session(self, page: _InSession) -> _Page:
        async def only_in_session(visit: Visit) -> Response:
            session = visit.session()
            if session is not None:
                return await page(visit, session)
            if visit.request.method == "POST":
                return self._entering.ended(visit)
            return visit.go("")

        return only_in_session

    def _visit(self, request: Request) -> Visit:
        """The visit of a request. Raises PageTrouble, and ConnectionError without the ledger."""
        if request.url.query:  # an address of ours holds nothing; what somebody adds to it may be about a person
            raise PageTrouble(400, "ended", "query")
        question = self._links.keys.question(request.path_params["token"])
        if question is None:
            raise PageTrouble(404, "ended", "unknown")
        if not self._limits.take(question):
            raise PageTrouble(429, "trouble", "fast")
        if self._inbox.pool is None:
            raise ConnectionError
        return Visit(request, self._links, question, self._inbox.pool, self._clock.now(), self._body_seconds)

    async def _elsewhere(self, _request: Request) -> Response:
        return self._views.words("unknown", 404)
