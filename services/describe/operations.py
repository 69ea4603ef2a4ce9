"""The one table of what the HTTP door does: each operation, what it takes, and every answer it can give."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from schemas.failures import FAILURES, Failure
from services.ingest.batch import BATCH
from services.ingest.structured import STRUCTURED

JSON, FHIR_JSON, FHIR_XML = "application/json", "application/fhir+json", "application/fhir+xml"
HTML, CSS, TEXT = "text/html", "text/css", "text/plain"

#: Where a failure shows that no answer to a message tells: at the questions about a fate, or behind the door.
_ELSEWHERE = frozenset({
    "duplicate", "not-found", "ledger-away", "prompt-not-known", "referral-not-known", "question-not-known",
    "record-not-readable", "not-storable", "ends-the-process",
})  # fmt: skip
EVENT_REFUSALS = frozenset(FAILURES) - _ELSEWHERE
_ANY_GUARDED = frozenset({"source-not-known", "too-fast", "processing-failed"})
_FATE_REFUSALS = _ANY_GUARDED | {"not-found", "ledger-away"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no refusal. ``schemas`` are names of OpenAPI's components; none: any content of its kind."""

    status: int
    words: str
    media_type: str
    schemas: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``refusals`` are failure codes: each is an OperationOutcome under its status."""

    id: str
    method: Literal["GET", "POST"]
    path: str
    summary: str
    answers: tuple[Answer, ...]
    words: str = ""
    takes: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    refusals: frozenset[str] = frozenset()
    guarded: bool = False

    def refused(self) -> dict[int, list[Failure]]:
        """The refusals by status, in the order of the closed list."""
        found: dict[int, list[Failure]] = defaultdict(list)
        for code, failure in FAILURES.items():
            if code in self.refusals:
                found[failure.status].append(failure)
        return dict(sorted(found.items()))


_ARRIVAL = ("Location",)
OPERATIONS = (
    Operation(
        "publishEvent", "POST", "/events", "Publish an event, or a batch of them",
        (
            Answer(202, "Accepted: the broker has it, nothing gets lost from here on.", JSON, ("Taken",), _ARRIVAL),
            Answer(
                200, "The same event again: it counts once. Or a batch: an answer for each of its events, in their"
                " order.", JSON, ("Taken", "BatchAnswers"),
            ),
        ),
        words="Binary mode: the attributes as `ce-` headers and the FHIR resource as the body. Structured mode: one"
        " JSON object with both. Batch mode: an array of such objects. Sending the same id again is always safe.",
        takes=(STRUCTURED, BATCH, FHIR_JSON, FHIR_XML), parameters=("ce",), refusals=EVENT_REFUSALS, guarded=True,
    ),
    Operation(
        "findEvent", "GET", "/events", "What became of an event, by source and id",
        (Answer(200, "Its technical fate; a decision about the person is never told.", JSON, ("Fate",)),),
        parameters=("source", "id"), refusals=_FATE_REFUSALS | {"envelope-incomplete"}, guarded=True,
    ),
    Operation(
        "findArrival", "GET", "/events/{arrival}", "What became of an arrival",
        (Answer(200, "Its technical fate; a decision about the person is never told.", JSON, ("Fate",)),),
        parameters=("arrival",), refusals=_FATE_REFUSALS, guarded=True,
    ),
    Operation(
        "processMessage", "POST", "/fhir/$process-message", "Publish an event as a FHIR message, without an envelope",
        (Answer(200, "Accepted: the response message.", FHIR_JSON, ("ResponseBundle",), _ARRIVAL),),
        words="id is Bundle.id, source MessageHeader.source.endpoint, type the event of the header, time"
        " Bundle.timestamp. The answers are those of BaRS: the same message again is a conflict.",
        takes=(FHIR_JSON, FHIR_XML), parameters=("message",), refusals=EVENT_REFUSALS | {"duplicate"}, guarded=True,
    ),
    Operation(
        "capabilities", "GET", "/fhir/metadata", "The CapabilityStatement of the door",
        (Answer(200, "What the door can do, as FHIR R4.", FHIR_JSON, ("CapabilityStatement",)),),
    ),
    Operation(
        "openapi", "GET", "/openapi.json", "This description", (Answer(200, "OpenAPI 3.1.", JSON, ("Description",)),)
    ),
    Operation(
        "asyncapi", "GET", "/asyncapi.json", "The description of the topics",
        (Answer(200, "AsyncAPI 3.0.", JSON, ("Description",)),),
    ),
    Operation("pages", "GET", "/docs", "Pages for people", (Answer(200, "The list of event types.", HTML),)),
    Operation("style", "GET", "/docs/style.css", "How the pages look", (Answer(200, "Their style sheet.", CSS),)),
    Operation(
        "eventPage", "GET", "/docs/events/{type}", "An event type, with examples and requests to copy",
        (Answer(200, "Its page.", HTML),), parameters=("type",), refusals=frozenset({"not-found"}),
    ),
    Operation(
        "example", "GET", "/docs/examples/{type}/{example}", "An example as it can be posted",
        (Answer(200, "A structured CloudEvent.", STRUCTURED, ("Event",)),), parameters=("type", "example"),
        refusals=frozenset({"not-found"}),
    ),
    Operation("alive", "GET", "/healthz", "Whether the door runs", (Answer(200, "It runs.", JSON, ("Alive",)),)),
    Operation(
        "ready", "GET", "/readyz", "Whether the door can take events",
        (
            Answer(200, "It can.", JSON, ("Readiness",)),
            Answer(503, "It cannot; the body says why.", JSON, ("Readiness",)),
        ),
    ),
    Operation("metrics", "GET", "/metrics", "Counts for Prometheus", (Answer(200, "Metrics.", TEXT),)),
)  # fmt: skip
