"""The HTTP door: `POST /events`, `POST /fhir/$process-message`, `GET /events`, and its health.

Answers are as EVENTS has them: 202, 200, 400, 401, 403, 404, 408, 409, 413,
415, 422, 429, 500, 503. Every refusal is an OperationOutcome with every problem.
A batch is answered item by item (``batch``).
"""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING

import asyncpg
import msgspec
import orjson
from msgspec.structs import replace
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId, EventId
from schemas.operation_outcome import operation_outcome
from services.ingest.accept import Acceptor, Answer, BrokerAway, identity
from services.ingest.admission import Admission, TooFast
from services.ingest.batch import accept_items, is_batch, read_batch
from services.ingest.binary import ce_attributes
from services.ingest.body import read_body
from services.ingest.examine import Offer
from services.ingest.inbox import SILENT, Status
from services.ingest.metrics import ANSWERS
from services.ingest.process_message import ProcessMessage
from services.ingest.structured import is_structured, structured_offer
from services.ingest.turns import Turns
from services.observe import log, place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from schemas.identifiers import SubjectKey
    from services.ingest.callers import Caller, Callers
    from services.ingest.health import Health
    from services.ingest.inbox import Inbox
    from services.ingest.memory import Memory, Remembered

_FHIR_JSON = "application/fhir+json"
_TOO_LARGE = 413
#: Headers that belong to an answer by its status (RFC 9110).
_BESIDE: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    408: {"Connection": "close"},
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
        admission: Admission,
        most_at_once: int,
        body_seconds: float,
    ) -> None:
        self._acceptor = acceptor
        self._inbox = inbox
        self._memory = memory
        self._callers = callers
        self._health = health
        self._key = key
        self._admission = admission
        self._turns = Turns(most_at_once)
        self._body_seconds = body_seconds
        self._process_message = ProcessMessage(acceptor, admission)

    def app(self, beside: Sequence[Route] = ()) -> Starlette:
        """The ASGI application, with routes beside those of the door."""
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
                *beside,
            ],
        )
        app.router.redirect_slashes = False  # a redirect repeats the query, and ids stand in it
        return app

    def _guarded(
        self, door: str, answer: Callable[[Request, Caller], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Tell who calls, give it its turn, count what is answered, and turn refusals into OperationOutcomes."""

        async def handle(request: Request) -> Response:
            try:
                caller = self._callers.tell(request.headers.get("authorization"))
                with self._turns.turn(caller.source):
                    response = await answer(request, caller)
            except TooFast as why:
                response = refused(why.problems)
                response.headers["Retry-After"] = str(math.ceil(why.seconds))
            except Refused as why:
                response = refused(why.problems)
            except BrokerAway:
                response = refused([Problem("broker-away")])
            except ClientDisconnect:
                response = Response(status_code=400)  # nobody is there to read it; nothing was taken
            except Exception as why:  # noqa: BLE001 - the last one to see it; its text may hold personal data
                log("ingest").error("a request ended by a fault of Fitpath", door=door, **place(why))
                response = refused([Problem("processing-failed")])
            return _counted(door, response)

        return handle

    async def _post_event(self, request: Request, caller: Caller) -> Response:
        body = await self._body(request, caller)
        arrival = new_arrival()
        media_type = request.headers.get("content-type") or _FHIR_JSON
        if is_batch(media_type):
            return await self._post_batch(body, media_type, caller, request.headers.get("traceparent"))
        if is_structured(media_type):
            offer = structured_offer(body, media_type, arrival)
        else:
            offer = Offer(ce_attributes(request), media_type, body, arrival)
        self._admission.admit(offer, caller, size=len(body))
        offer = replace(offer, caller=caller.source).in_trace(request.headers.get("traceparent"))
        return self._answered(await self._acceptor.accept(offer))

    async def _post_batch(self, body: bytes, media_type: str, caller: Caller, traceparent: str | None) -> Response:
        """Item by item; a batch that cannot be read is one arrival that is refused."""
        try:
            items = read_batch(body)
        except Refused as why:
            if why.status == _TOO_LARGE:
                raise
            offer = Offer({}, media_type, body, new_arrival(), caller.source, why.problems)
            self._admission.admit(offer, caller, size=len(body))
            return self._answered(await self._acceptor.accept(offer))
        answers = await accept_items(self._acceptor, self._admission, items, caller, new_arrival, traceparent)
        for answer in answers:
            ANSWERS.labels(door="batch", status=str(answer.status)).inc()
        return Response(msgspec.json.encode(answers), 200, media_type="application/json")

    async def _post_message(self, request: Request, caller: Caller) -> Response:
        body = await self._body(request, caller)
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

    async def _body(self, request: Request, caller: Caller) -> bytes:
        self._admission.may_begin(caller)
        return await read_body(request, self._admission.largest(caller.source), self._body_seconds)

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
