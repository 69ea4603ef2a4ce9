"""Strict resources of the fast path that an event is about: the shapes of our examples and of common publishers."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import (
    Code,
    Coding,
    Concept,
    Concepts,
    Date,
    DateTime,
    Identifier,
    Identifiers,
    Instant,
    Period,
    Reference,
    References,
    Strict,
    String,
    Uri,
)


class Answer(Strict, frozen=True):
    """QuestionnaireResponse.item.answer: one value."""

    value_boolean: bool | UnsetType = UNSET
    value_date: Date | UnsetType = UNSET
    value_date_time: DateTime | UnsetType = UNSET
    value_string: String | UnsetType = UNSET
    value_coding: Coding | UnsetType = UNSET

    def __post_init__(self) -> None:
        values = (self.value_boolean, self.value_date, self.value_date_time, self.value_string, self.value_coding)
        if values.count(UNSET) != len(values) - 1:
            raise ValueError("an answer has one value")


class Question(Strict, frozen=True):
    """QuestionnaireResponse.item without items."""

    link_id: String
    text: String | UnsetType = UNSET
    answer: Annotated[tuple[Answer, ...], Meta(min_length=1)] | UnsetType = UNSET


class Group(Question, frozen=True):
    """QuestionnaireResponse.item with items."""

    item: Annotated[tuple[Question, ...], Meta(min_length=1)] | UnsetType = UNSET


class Section(Question, frozen=True):
    """QuestionnaireResponse.item with groups: as deep as the sickness certificate goes."""

    item: Annotated[tuple[Group, ...], Meta(min_length=1)] | UnsetType = UNSET


class QuestionnaireResponse(Resource, frozen=True, kw_only=True):
    """FHIR QuestionnaireResponse."""

    identifier: Identifier | UnsetType = UNSET
    questionnaire: Uri | UnsetType = UNSET
    status: Code
    subject: Reference | UnsetType = UNSET
    encounter: Reference | UnsetType = UNSET
    authored: DateTime | UnsetType = UNSET
    author: Reference | UnsetType = UNSET
    source: Reference | UnsetType = UNSET
    item: Annotated[tuple[Section, ...], Meta(min_length=1)] | UnsetType = UNSET


class Attachment(Strict, frozen=True):
    """FHIR Attachment by reference: no data."""

    content_type: Code | UnsetType = UNSET
    url: Uri | UnsetType = UNSET
    title: String | UnsetType = UNSET


class Content(Strict, frozen=True):
    """DocumentReference.content."""

    attachment: Attachment


class Context(Strict, frozen=True):
    """DocumentReference.context."""

    encounter: References | UnsetType = UNSET
    period: Period | UnsetType = UNSET


class Related(Strict, frozen=True):
    """DocumentReference.relatesTo."""

    code: Code
    target: Reference


class DocumentReference(Resource, frozen=True, kw_only=True):
    """FHIR DocumentReference, R4."""

    master_identifier: Identifier | UnsetType = UNSET
    identifier: Identifiers | UnsetType = UNSET
    status: Code
    doc_status: Code | UnsetType = UNSET
    type: Concept | UnsetType = UNSET
    category: Concepts | UnsetType = UNSET
    subject: Reference | UnsetType = UNSET
    date: Instant | UnsetType = UNSET
    author: References | UnsetType = UNSET
    custodian: Reference | UnsetType = UNSET
    relates_to: Annotated[tuple[Related, ...], Meta(min_length=1)] | UnsetType = UNSET
    description: String | UnsetType = UNSET
    content: Annotated[tuple[Content, ...], Meta(min_length=1)]
    context: Context | UnsetType = UNSET


class Encounter(Resource, frozen=True, kw_only=True):
    """FHIR Encounter."""

    identifier: Identifiers | UnsetType = UNSET
    status: Code
    class_: Coding = field(name="class")
    type: Concepts | UnsetType = UNSET
    service_type: Concept | UnsetType = UNSET
    subject: Reference | UnsetType = UNSET
    period: Period | UnsetType = UNSET
    reason_code: Concepts | UnsetType = UNSET
    service_provider: Reference | UnsetType = UNSET


class EpisodeOfCare(Resource, frozen=True, kw_only=True):
    """FHIR EpisodeOfCare."""

    identifier: Identifiers | UnsetType = UNSET
    status: Code
    type: Concepts | UnsetType = UNSET
    patient: Reference
    managing_organization: Reference | UnsetType = UNSET
    period: Period | UnsetType = UNSET
    referral_request: References | UnsetType = UNSET
    care_manager: Reference | UnsetType = UNSET


class Participant(Strict, frozen=True):
    """Appointment.participant."""

    actor: Reference
    status: Code


class Appointment(Resource, frozen=True, kw_only=True):
    """FHIR Appointment."""

    identifier: Identifiers | UnsetType = UNSET
    status: Code
    cancelation_reason: Concept | UnsetType = UNSET
    service_type: Concepts | UnsetType = UNSET
    start: Instant | UnsetType = UNSET
    end: Instant | UnsetType = UNSET
    created: DateTime | UnsetType = UNSET
    based_on: References | UnsetType = UNSET
    participant: Annotated[tuple[Participant, ...], Meta(min_length=1)]


class Flag(Resource, frozen=True, kw_only=True):
    """FHIR Flag."""

    identifier: Identifiers | UnsetType = UNSET
    status: Code
    category: Concepts | UnsetType = UNSET
    code: Concept
    subject: Reference
    period: Period | UnsetType = UNSET
    author: Reference | UnsetType = UNSET


class Task(Resource, frozen=True, kw_only=True):
    """FHIR Task."""

    identifier: Identifiers | UnsetType = UNSET
    status: Code
    status_reason: Concept | UnsetType = UNSET
    business_status: Concept | UnsetType = UNSET
    intent: Code
    code: Concept | UnsetType = UNSET
    focus: Reference | UnsetType = UNSET
    for_: Reference | UnsetType = field(name="for", default=UNSET)
    authored_on: DateTime | UnsetType = UNSET
    last_modified: DateTime | UnsetType = UNSET
    requester: Reference | UnsetType = UNSET
    owner: Reference | UnsetType = UNSET


class ServiceRequest(Resource, frozen=True, kw_only=True):
    """FHIR ServiceRequest."""

    identifier: Identifiers | UnsetType = UNSET
    status: Code
    intent: Code
    category: Concepts | UnsetType = UNSET
    code: Concept | UnsetType = UNSET
    subject: Reference
    authored_on: DateTime | UnsetType = UNSET
    requester: Reference | UnsetType = UNSET
    performer: References | UnsetType = UNSET
