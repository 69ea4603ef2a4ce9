"""The one closed list of failure codes: for OperationOutcomes, dead letters, metrics and advice alike.

Each code has an HTTP status, a FHIR issue type, words for a person and what
to do. No words hold anything of the message itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

IssueType = Literal[
    "structure",
    "required",
    "value",
    "invariant",
    "not-found",
    "duplicate",
    "conflict",
    "too-long",
    "login",
    "forbidden",
    "throttled",
    "timeout",
    "transient",
    "not-supported",
    "business-rule",
    "processing",
    "exception",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which a message can fail, and what its sender or our staff can do."""

    code: str
    status: int
    issue: IssueType
    words: str
    advice: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure found in one message.

    ``expression`` is the FHIRPath or envelope attribute; ``detail`` holds no data of the message.
    """

    code: str
    expression: str | None = None
    detail: str | None = None

    @property
    def failure(self) -> Failure:
        """The entry of the closed list."""
        return FAILURES[self.code]

    def words(self) -> str:
        """What is wrong, for a person."""
        return f"{self.failure.words}: {self.detail}" if self.detail else self.failure.words


class Refused(Exception):  # noqa: N818 - named after what became of the message
    """A message was refused, with every problem that was found. The text holds codes only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(sorted({problem.code for problem in self.problems})))

    @property
    def status(self) -> int:
        """The HTTP status of the gravest problem: what cannot be read (400) before what is not valid (422)."""
        return min(problem.failure.status for problem in self.problems)


_LIST = (
    Failure(
        "envelope-incomplete",
        400,
        "required",
        "An attribute of the event's envelope is missing",
        "Send id, source, type, time and specversion with every event.",
    ),
    Failure(
        "envelope-not-valid",
        400,
        "value",
        "An attribute of the event's envelope is not valid",
        "See CloudEvents 1.0 for the form of each attribute.",
    ),
    Failure(
        "body-not-readable",
        400,
        "structure",
        "The body is not readable as what its content type says",
        "Send UTF-8 FHIR JSON or XML, well formed, without a document type declaration.",
    ),
    Failure(
        "content-type-not-supported",
        415,
        "not-supported",
        "The content type is not supported",
        "Send application/fhir+json, application/fhir+xml or application/cloudevents+json; over HTTP also"
        " application/cloudevents-batch+json.",
    ),
    Failure(
        "type-not-known",
        422,
        "not-supported",
        "The event type is not known or not open to publishers",
        "See the list of event types in the README.",
    ),
    Failure(
        "not-valid", 422, "invariant", "The resource is not valid FHIR", "Mend the element that the expression names."
    ),
    Failure(
        "focus-missing",
        422,
        "required",
        "The payload holds no resource of the kind that this event type is about",
        "Put the focus resource of the event type into the payload, exactly once.",
    ),
    Failure(
        "focus-not-usable",
        422,
        "business-rule",
        "The focus resource does not say what this event type needs",
        "See the rules of the event type.",
    ),
    Failure(
        "person-not-known",
        422,
        "required",
        "Nothing in the message says by NHS number whom it is about",
        "Name the person by NHS number in subject.identifier, in a Patient of the Bundle or in the envelope's subject.",
    ),
    Failure(
        "nhs-number-not-valid",
        422,
        "value",
        "An NHS number is not valid",
        "Check the ten digits with their check digit.",
    ),
    Failure(
        "persons-disagree", 422, "conflict", "The message names more than one person", "Send one event for each person."
    ),
    Failure(
        "identifier-in-id",
        422,
        "business-rule",
        "An identifier of the message contains the person's NHS number",
        "Use ids that say nothing about the person.",
    ),
    Failure(
        "time-in-future", 422, "value", "The event's time is more than a day ahead", "Check the publisher's clock."
    ),
    Failure(
        "id-reused", 409, "conflict", "This id was used before for another body", "Give each event an id of its own."
    ),
    Failure("duplicate", 409, "duplicate", "This message was received before", "Nothing: it has been taken already."),
    Failure(
        "source-not-known", 401, "login", "The caller is not known", "Send the token of your source as a bearer token."
    ),
    Failure(
        "source-not-yours",
        403,
        "forbidden",
        "The caller may not speak for this source",
        "Use the source that your token, or the topic that you produce to, was made for.",
    ),
    Failure(
        "source-not-registered",
        403,
        "forbidden",
        "The source is not in the registry of sources",
        "Have the source registered, then send it again.",
    ),
    Failure(
        "type-not-yours",
        403,
        "forbidden",
        "The source may not send events of this type",
        "Have the type added to the source in the registry, or send it from the source that may.",
    ),
    Failure(
        "backfill-not-yours",
        403,
        "forbidden",
        "The source may not send backfill",
        "Have backfill allowed for the source in the registry, or send what is news without the mark.",
    ),
    Failure(
        "body-too-slow",
        408,
        "timeout",
        "The body did not come in time",
        "Send it again with the same id; that is always safe.",
    ),
    Failure(
        "not-found",
        404,
        "not-found",
        "Nothing is known under this address",
        "Check the address; an event of another source is not shown.",
    ),
    Failure(
        "ledger-away",
        503,
        "transient",
        "What became of it cannot be read just now",
        "Ask again later; an event that was answered with 202 is kept.",
    ),
    Failure("too-large", 413, "too-long", "The message is too large", "Send less in one message."),
    Failure(
        "too-fast",
        429,
        "throttled",
        "Too many messages at once",
        "Wait as Retry-After says, then send it again with the same id.",
    ),
    Failure(
        "broker-away",
        503,
        "transient",
        "The event could not be kept just now",
        "Send it again with the same id; that is always safe.",
    ),
    Failure(
        "prompt-not-known",
        422,
        "not-found",
        "The answer names no prompt of this person",
        "Name the prompt by the identifier of the Task that you got.",
    ),
    Failure(
        "referral-not-known",
        422,
        "not-found",
        "The update names no referral of this person",
        "Name the referral by the identifier of the Task that you got.",
    ),
    Failure(
        "question-not-known",
        422,
        "not-found",
        "The answer names no question about this person",
        "Name the question by the identifier of the Task that you got.",
    ),
    Failure(
        "record-not-readable",
        422,
        "structure",
        "A record of a topic is not an event as the envelope has it",
        "Look at the record; mend its publisher; replay it.",
    ),
    Failure(
        "not-storable",
        422,
        "processing",
        "The database refuses a value of this event",
        "Look for an id that is too long for an index or a number out of range; mend the publisher; replay it.",
    ),
    Failure(
        "processing-failed",
        500,
        "exception",
        "The event could not be processed",
        "A fault of Fitpath: mend it, then replay the dead letter.",
    ),
    Failure(
        "ends-the-process",
        500,
        "exception",
        "The event ended the stream process three times",
        "A fault of Fitpath: mend it, then replay the dead letter.",
    ),
)
FAILURES: dict[str, Failure] = {failure.code: failure for failure in _LIST}
