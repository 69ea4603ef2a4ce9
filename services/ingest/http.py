"""The HTTP door: `POST /events`, `POST /fhir/$process-message`, `GET /events`, and its health.

Answers are as EVENTS has them: 202, 200, 400, 401, 403, 404, 409, 413, 415,
422, 429, 500, 503. Every refusal is an OperationOutcome with every problem.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import asyncpg
import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.envelope import UNREADABLE
from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId, EventId
from schemas.operation_outcome import operation_outcome
from services.ingest.accept import Acceptor, Answer, BrokerAway, identity
from services.ingest.examine import Offer
from services.ingest.inbox import SILENT, Status
from services.ingest.metrics import ANSWERS
from services.ingest.process_message import ProcessMessage
from services.ingest.structured import is_structured, structured_offer
from services.observe import log, place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from schemas.identifiers import SubjectKey
    from services.ingest.callers import Caller, Callers
    from services.ingest.health import Health
    from services.ingest.inbox import Inbox
    from services.ingest.memory import Memory, Remembered

_FHIR_JSON = "application/fhir+json"
_LENGTH = re.compile(r"[0-9]{1,18}")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"\\(.)")
#: Headers that belong to an answer by its status (RFC 9110).
_BESIDE: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "5"},
}


class HttpDoor:
    """The routes and what they need."""

    def __init__(
        self,
        *,
        acceptor: Acceptor,
        inbox: Inbox,
        memory: Memory,
        callers: Callers,
        health: Health,
        key: SubjectKey,
        largest_body: int,
        most_at_once: int,
    ) -> None:
        self._acceptor = acceptor
        self._inbox = inbox
        self._memory = memory
        self._callers = callers
        self._health = health
        self._key = key
        self._largest = largest_body
        self._most = most_at_once
        self._at_once = 0
        self._process_message = ProcessMessage(acceptor)

    def app(self) -> Starlette:
        """The ASGI application."""
        app = Starlette(
            exception_handlers={404: _not_found},
            routes=[
                Route("/events", self._guarded("events", self._post_event), methods=["POST"]),
                Route("/events", self._guarded("status", self._find_event), methods=["GET"]),
                Route("/events/{arrival}", self._guarded("status", self._find_arrival), methods=["GET"]),
                Route(
                    "/fhir/$process-message",
                    self._guarded("process-message", self._post_message),
                    methods=["POST"],
                ),
                Route("/healthz", self._healthz, methods=["GET"]),
                Route("/readyz", self._readyz, methods=["GET"]),
                Route("/metrics", self._metrics, methods=["GET"]),
            ],
        )
        app.router.redirect_slashes = False  # a redirect repeats the query, and ids stand in it
        return app

    def _guarded(
        self, door: str, answer: Callable[[Request, Caller], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Tell who calls, count what is answered, and turn refusals into OperationOutcomes."""

        async def handle(request: Request) -> Response:
            if self._at_once >= self._most:
                return _counted(door, refused([Problem("too-fast")]))
            self._at_once += 1
            try:
                response = await answer(request, self._callers.tell(request.headers.get("authorization")))
            except Refused as why:
                response = refused(why.problems)
            except BrokerAway:
                response = refused([Problem("broker-away")])
            except ClientDisconnect:
                response = Response(status_code=400)  # nobody is there to read it; nothing was taken
            except Exception as why:  # noqa: BLE001 - the last one to see it; its text may hold personal data
                log("ingest").error("a request ended by a fault of Fitpath", door=door, **place(why))
                response = refused([Problem("processing-failed")])
            finally:
                self._at_once -= 1
            return _counted(door, response)

        return handle

    async def _post_event(self, request: Request, caller: Caller) -> Response:
        body = await self._body(request)
        arrival = new_arrival()
        media_type = request.headers.get("content-type") or _FHIR_JSON
        if is_structured(media_type):
            offer = structured_offer(body, media_type, arrival)
        else:
            offer = Offer(ce_attributes(request), media_type, body, arrival)
        source = offer.attributes.get("source")
        if source and not caller.may_speak_for(source):
            raise Refused([Problem("source-not-yours", "source")])
        return self._answered(await self._acceptor.accept(replace(offer, caller=caller.source)))

    async def _post_message(self, request: Request, caller: Caller) -> Response:
        body = await self._body(request)
        return await self._process_message.answer(request, body, caller, new_arrival())

    def _answered(self, answer: Answer) -> Response:
        headers = {"Location": f"/events/{answer.arrival}"}
        if answer.outcome == "accepted":
            return json_response({"arrival": answer.arrival, "status": "accepted"}, 202, headers)
        if answer.outcome == "duplicate":
            return json_response({"arrival": answer.arrival, "status": "duplicate"}, 200, headers)
        response = refused(answer.problems)
        response.headers.update(headers)
        return response

    async def _find_arrival(self, request: Request, caller: Caller) -> Response:
        arrival = request.path_params["arrival"]
        return await self._fate(self._inbox.of_arrival(arrival), self._memory.find_arrival(arrival), caller)

    async def _find_event(self, request: Request, caller: Caller) -> Response:
        missing = [name for name in ("source", "id") if not request.query_params.get(name)]
        if missing:
            raise Refused([Problem("envelope-incomplete", name) for name in missing])
        event_id = EventId(request.query_params["source"], request.query_params["id"])
        asked = self._inbox.of_event(event_id, identity(self._key, event_id))
        return await self._fate(asked, self._memory.find(event_id), caller, event_id.source)

    async def _fate(
        self, asked: Awaitable[Status | None], here: Remembered | None, caller: Caller, source: str | None = None
    ) -> Response:
        """The ledger's word, else what this door knows itself; without the ledger "not found" would be a guess."""
        missing = Problem("ledger-away")
        try:
            status = await asked
            if status is not None:
                return _told(status, caller, source)
            missing = Problem("not-found")
        except asyncpg.CharacterNotInRepertoireError:
            missing = Problem("not-found")  # nothing can be kept under a zero character
        except SILENT as why:
            log("ingest").warning("a fate cannot be read", error=type(why).__name__)
        if here is not None and here.is_kept:
            return _told(Status(here.arrival, "accepted", here.source), caller)
        return refused([missing])

    async def _body(self, request: Request) -> bytes:
        """The whole body. Raises Refused (`too-large`) before more than the limit was read."""
        length = request.headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length):
            raise Refused([Problem("body-not-readable", detail="Content-Length is no number")])
        if int(length) > self._largest:
            raise Refused([Problem("too-large")])
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._largest:
                raise Refused([Problem("too-large")])
        return bytes(body)

    async def _healthz(self, _request: Request) -> Response:
        return json_response({"status": "alive"}, 200)

    async def _readyz(self, _request: Request) -> Response:
        report = await self._health.report()
        return json_response(report.told(), 200 if report.ready else 503)

    async def _metrics(self, _request: Request) -> Response:
        await self._health.measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def new_arrival() -> ArrivalId:
    """An arrival id for one item of a request."""
    return ArrivalId(str(uuid.uuid4()))


def ce_attributes(request: Request) -> dict[str, str]:
    """The `ce-` headers of a binary-mode event (CloudEvents HTTP binding 3.1.3).

    A value that cannot be decoded, or a name that stands twice, becomes UNREADABLE: it is refused by name.
    """
    named = [(name[3:], value) for name, value in request.headers.items() if name.startswith("ce-")]
    often = Counter(name for name, _ in named)
    found = {name: UNREADABLE if often[name] > 1 else _decoded(value) for name, value in named}
    if "traceparent" in request.headers:
        found.setdefault("traceparent", request.headers["traceparent"])
    return found


def _decoded(value: str) -> str:
    """A quoted string is opened (older publishers), then percent-decoded once, as UTF-8."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _ESCAPED.sub(r"\1", value[1:-1])
    if not value.isascii() or _BROKEN_PERCENT.search(value):
        return UNREADABLE
    return unquote(value, errors="replace")


def json_response(content: object, status: int, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, headers, "application/json")


def refused(problems: list[Problem] | tuple[Problem, ...]) -> Response:
    """An OperationOutcome with every problem, under the status of the gravest."""
    status = Refused(problems).status
    return Response(operation_outcome(problems), status, _BESIDE.get(status), _FHIR_JSON)


async def _not_found(_request: Request, _why: Exception) -> Response:
    return refused([Problem("not-found")])


def _told(status: Status, caller: Caller, asked: str | None = None) -> Response:
    if not caller.may_speak_for(status.source or asked):
        return refused([Problem("not-found")])
    told: dict[str, object] = {"arrival": status.arrival, "status": status.fate}
    if status.codes:
        told["codes"] = list(status.codes)
    return json_response(told, 200)


def _counted(door: str, response: Response) -> Response:
    ANSWERS.labels(door=door, status=str(response.status_code)).inc()
    return response
