"""`POST /fhir/$process-message`: FHIR messages without an envelope, answered as BaRS answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from schemas.codes import SOURCE
from schemas.failures import Refused
from schemas.fhir.bundle_message import MessageParts, read_process_message
from schemas.identifiers import ArrivalId, made_id
from schemas.operation_outcome import operation_outcome
from services.ingest.accept import Acceptor, Answer
from services.ingest.examine import Offer

if TYPE_CHECKING:
    from starlette.requests import Request

    from services.ingest.admission import Admission
    from services.ingest.callers import Caller

_FHIR_JSON = "application/fhir+json"
_CONFLICT = 409
#: BaRS says these in headers. The request id is looked at, for a number in it, and never copied.
_HEADERS = {"x-correlation-id": "correlationid", "x-request-id": "requestid", "traceparent": "traceparent"}


class ProcessMessage:
    """Reads the envelope out of the Bundle; the rest is ``accept``'s."""

    def __init__(self, acceptor: Acceptor, admission: Admission) -> None:
        self._acceptor = acceptor
        self._admission = admission

    async def answer(self, request: Request, body: bytes, caller: Caller, arrival: ArrivalId) -> Response:
        """Accepted: 200 with the response Bundle; the same again: 409; refused: 400 or 422. Raises BrokerAway."""
        media_type = request.headers.get("content-type") or _FHIR_JSON
        try:
            parts = read_process_message(body, media_type)
        except Refused as why:
            offer = Offer({}, media_type, body, arrival, caller.source, why.problems)
            self._admission.admit(offer, caller, size=len(body))
            return _outcome(await self._acceptor.accept(offer))
        attributes = parts.attributes()
        for header, name in _HEADERS.items():
            if header in request.headers:
                attributes[name] = request.headers[header]
        offer = Offer(attributes, media_type, body, arrival, caller.source)
        self._admission.admit(offer, caller, size=len(body), place="MessageHeader.source.endpoint")
        answer = await self._acceptor.accept(offer)
        if answer.outcome == "accepted":
            return Response(_response_bundle(parts, answer), 200, _location(answer), _FHIR_JSON)
        return _outcome(answer)


def _outcome(answer: Answer) -> Response:
    status = _CONFLICT if answer.outcome == "duplicate" else Refused(answer.problems).status
    return Response(operation_outcome(answer.problems), status, _location(answer), _FHIR_JSON)


def _location(answer: Answer) -> dict[str, str]:
    return {"Location": f"/events/{answer.arrival}"}


def _response_bundle(parts: MessageParts, answer: Answer) -> bytes:
    header_id = made_id(answer.arrival, "response-header")
    header = {
        "resourceType": "MessageHeader",
        "id": header_id,
        "eventUri": f"{SOURCE}:{parts.type}-response",
        "source": {"endpoint": SOURCE},
        "destination": [{"endpoint": parts.source}],
        "response": {"identifier": parts.id, "code": "ok"},
    }
    bundle = {
        "resourceType": "Bundle",
        "id": made_id(answer.arrival, "response-bundle"),
        "type": "message",
        "entry": [{"fullUrl": f"urn:uuid:{header_id}", "resource": header}],
    }
    return orjson.dumps(bundle)
