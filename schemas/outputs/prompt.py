"""``ips-referral-prompted-1``: a professional is asked to consider offering IPS. A Task; nothing is ordered.

``ips-referral-prompt-changed-1`` is the same Task again, with what became of it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from schemas.codes import OWN
from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import (
    Code,
    Concept,
    DateTime,
    Identifiers,
    Period,
    PlainIdentifier,
    Reference,
    Strict,
)

INPUT = f"{OWN}/CodeSystem/prompt-input"
TRACK = f"{OWN}/CodeSystem/track"
CHANGE = f"{OWN}/CodeSystem/prompt-change"
#: Of that system: the person asks whoever was asked to call them.
CALL_ASKED = "call-asked"
#: Who gets a copy of the prompt, without being asked.
COPIED_TO = f"{OWN}/StructureDefinition/copied-to"
TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"
REQUEST = "request"


class ProposedReferral(Resource, frozen=True, kw_only=True, tag="ServiceRequest"):
    """What is proposed: a referral to IPS, contained in the prompt."""

    status: Literal["active"]
    intent: Literal["proposal"]
    code: Concept
    subject: Reference


class Restriction(Strict, frozen=True):
    """Task.restriction: until when an answer is waited for."""

    period: Period


class Input(Strict, frozen=True):
    """Task.input: evidence by event id, the track, and what is not known and should be checked."""

    type: Concept
    value_identifier: PlainIdentifier | UnsetType = UNSET
    value_code: Code | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.value_identifier is UNSET) == (self.value_code is UNSET):
            raise ValueError("an input has one value")


class PromptTask(Resource, frozen=True, kw_only=True, tag="Task"):
    """The prompt. An answer names it by ``identifier``."""

    contained: Annotated[tuple[ProposedReferral, ...], Meta(min_length=1, max_length=1)]
    identifier: Identifiers
    status: Literal["requested"]
    intent: Literal["proposal"]
    code: Concept
    focus: Reference
    for_: Reference = field(name="for")
    authored_on: DateTime
    last_modified: DateTime
    requester: Reference
    owner: Reference
    reason_code: Concept | UnsetType = UNSET
    restriction: Restriction
    input: Annotated[tuple[Input, ...], Meta(min_length=1)] | UnsetType = UNSET


class ChangedPrompt(PromptTask, frozen=True, kw_only=True, tag="Task"):
    """The same Task, sent again: reminded, escalated (another owner), or cancelled with the reason (lapsed, withdrawn).

    What was withdrawn says no more why it was asked.
    """

    status: Literal["requested", "cancelled"]  # type: ignore[assignment]  # wider than what it was when it was made
    status_reason: Concept | UnsetType = UNSET
    business_status: Concept

    def __post_init__(self) -> None:
        if (self.status == "cancelled") != (self.status_reason is not UNSET):
            raise ValueError("what is cancelled has a reason, and nothing else has")
