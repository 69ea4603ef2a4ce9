"""The HTTP door: `POST /events`, `POST /fhir/$process-message`, `GET /events`, and its health.

Answers are as EVENTS has them: 202, 200, 400, 401, 403, 404, 409, 413, 415,
422, 429, 503. Every refusal is an OperationOutcome with every problem.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId, EventId
from schemas.operation_outcome import operation_outcome
from services.ingest.accept import Acceptor, Answer, BrokerAway, identity
from services.ingest.examine import Offer
from services.ingest.inbox import Status
from services.ingest.metrics import ANSWERS
from services.ingest.process_message import ProcessMessage
from services.ingest.structured import STRUCTURED, read_structured
from services.ledger.database import AWAY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from schemas.identifiers import SubjectKey
    from services.ingest.callers import Caller, Callers
    from services.ingest.health import Health
    from services.ingest.inbox import Inbox
    from services.ingest.memory import Memory

_FHIR_JSON = "application/fhir+json"


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
        return Starlette(
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
            ]
        )

    def _guarded(
        self, door: str, answer: Callable[[Request, Caller], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Tell who calls, count what is answered, and turn refusals into OperationOutcomes."""

        async def handle(request: Request) -> Response:
            if self._at_once >= self._most:
                response = refused([Problem("too-fast")])
                response.headers["Retry-After"] = "1"
                return _counted(door, response)
            self._at_once += 1
            try:
                response = await answer(request, self._callers.tell(request.headers.get("authorization")))
            except Refused as why:
                response = refused(why.problems)
            except BrokerAway:
                response = refused([Problem("broker-away")])
                response.headers["Retry-After"] = "5"
            except ClientDisconnect:
                response = Response(status_code=400)  # nobody is there to read it; nothing was taken
            finally:
                self._at_once -= 1
            return _counted(door, response)

        return handle

    async def _post_event(self, request: Request, caller: Caller) -> Response:
        body = await self._body(request)
        arrival = new_arrival()
        media_type = request.headers.get("content-type", "")
        if media_type.startswith(STRUCTURED):
            try:
                offer = read_structured(body, arrival)
            except Refused as why:
                return self._answered(await self._acceptor.refuse(Offer({}, media_type, body, arrival), why.problems))
        else:
            offer = Offer(ce_attributes(request), media_type or _FHIR_JSON, body, arrival)
        if not caller.may_speak_for(offer.attributes.get("source")):
            raise Refused([Problem("source-not-yours", "source")])
        return self._answered(await self._acceptor.accept(offer))

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
        with suppress(*AWAY):
            status = await self._inbox.of_arrival(arrival)
            if status is not None:
                return _told(status, caller)
        flying = self._memory.find_arrival(arrival)
        if flying is not None:
            return _told(Status(arrival, "accepted", flying.source), caller)
        return refused([Problem("not-found")])

    async def _find_event(self, request: Request, caller: Caller) -> Response:
        missing = [name for name in ("source", "id") if not request.query_params.get(name)]
        if missing:
            raise Refused([Problem("envelope-incomplete", name) for name in missing])
        event_id = EventId(request.query_params["source"], request.query_params["id"])
        with suppress(*AWAY):
            status = await self._inbox.of_event(event_id, identity(self._key, event_id))
            if status is not None:
                return _told(status, caller, asked=event_id.source)
        flying = self._memory.find(event_id)
        if flying is not None:
            return _told(Status(flying.arrival, "accepted", flying.source), caller)
        return refused([Problem("not-found")])

    async def _body(self, request: Request) -> bytes:
        """The whole body. Raises Refused (`too-large`) before more than the limit was read."""
        if int(request.headers.get("content-length") or 0) > self._largest:
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
    """The `ce-` headers of a binary-mode event; values are percent-encoded UTF-8 (CloudEvents HTTP binding)."""
    found = {
        name[3:]: unquote(value, errors="replace") for name, value in request.headers.items() if name.startswith("ce-")
    }
    for plain in ("traceparent",):
        if plain in request.headers:
            found.setdefault(plain, request.headers[plain])
    return found


def json_response(content: object, status: int, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, headers, "application/json")


def refused(problems: list[Problem] | tuple[Problem, ...]) -> Response:
    """An OperationOutcome with every problem, under the status of the gravest."""
    return Response(operation_outcome(problems), Refused(problems).status, media_type=_FHIR_JSON)


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
