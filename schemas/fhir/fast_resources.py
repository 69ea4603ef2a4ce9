"""Strict resources of the fast path that stand beside a focus: who, for whom, and what the person agreed to."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from schemas.fhir.fast_types import (
    Address,
    Code,
    Coding,
    Codings,
    Concept,
    Concepts,
    Date,
    DateTime,
    Extensions,
    Id,
    Identifiers,
    Names,
    Period,
    Profiles,
    Reference,
    References,
    Strict,
    String,
    Telecom,
    Uri,
)


class Narrative(Strict, frozen=True):
    """FHIR Narrative."""

    status: Code
    div: Annotated[String, Meta(min_length=len("<div/>"))]


class Resource(Strict, frozen=True, tag_field="resourceType", tag=True, kw_only=True):
    """What every resource may have."""

    id: Id | UnsetType = UNSET
    meta: Profiles | UnsetType = UNSET
    text: Narrative | UnsetType = UNSET
    extension: Extensions | UnsetType = UNSET


class Communication(Strict, frozen=True):
    """Patient.communication."""

    language: Concept
    preferred: bool | UnsetType = UNSET


class Patient(Resource, frozen=True, kw_only=True):
    """FHIR Patient."""

    identifier: Identifiers | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    telecom: Telecom | UnsetType = UNSET
    gender: Code | UnsetType = UNSET
    birth_date: Date | UnsetType = UNSET
    address: Annotated[tuple[Address, ...], Meta(min_length=1)] | UnsetType = UNSET
    communication: Annotated[tuple[Communication, ...], Meta(min_length=1)] | UnsetType = UNSET
    general_practitioner: References | UnsetType = UNSET
    managing_organization: Reference | UnsetType = UNSET


class Organization(Resource, frozen=True, kw_only=True):
    """FHIR Organization."""

    identifier: Identifiers | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    type: Concepts | UnsetType = UNSET
    name: String | UnsetType = UNSET
    telecom: Telecom | UnsetType = UNSET


class Practitioner(Resource, frozen=True, kw_only=True):
    """FHIR Practitioner."""

    identifier: Identifiers | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    telecom: Telecom | UnsetType = UNSET


class PractitionerRole(Resource, frozen=True, kw_only=True):
    """FHIR PractitionerRole."""

    identifier: Identifiers | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    practitioner: Reference | UnsetType = UNSET
    organization: Reference | UnsetType = UNSET
    code: Concepts | UnsetType = UNSET
    specialty: Concepts | UnsetType = UNSET
    telecom: Telecom | UnsetType = UNSET


class Observation(Resource, frozen=True, kw_only=True):
    """FHIR Observation, with a coded value where it has one."""

    identifier: Identifiers | UnsetType = UNSET
    based_on: References | UnsetType = UNSET
    status: Code
    category: Concepts | UnsetType = UNSET
    code: Concept
    subject: Reference | UnsetType = UNSET
    effective_date_time: DateTime | UnsetType = UNSET
    performer: References | UnsetType = UNSET
    value_codeable_concept: Concept | UnsetType = UNSET


class Actor(Strict, frozen=True):
    """Consent.provision.actor."""

    role: Concept
    reference: Reference


class Provision(Strict, frozen=True):
    """Consent.provision."""

    type: Code | UnsetType = UNSET
    period: Period | UnsetType = UNSET
    actor: Annotated[tuple[Actor, ...], Meta(min_length=1)] | UnsetType = UNSET
    purpose: Codings | UnsetType = UNSET
    code: Concepts | UnsetType = UNSET


class Consent(Resource, frozen=True, kw_only=True):
    """FHIR Consent."""

    identifier: Identifiers | UnsetType = UNSET
    status: Code
    scope: Concept
    category: Concepts
    patient: Reference | UnsetType = UNSET
    date_time: DateTime | UnsetType = UNSET
    performer: References | UnsetType = UNSET
    organization: References | UnsetType = UNSET
    policy_rule: Concept | UnsetType = UNSET
    provision: Provision | UnsetType = UNSET


class Source(Strict, frozen=True):
    """MessageHeader.source."""

    endpoint: Uri
    name: String | UnsetType = UNSET


class MessageHeader(Resource, frozen=True, kw_only=True):
    """FHIR MessageHeader with a coded event."""

    event_coding: Coding
    source: Source
    sender: Reference | UnsetType = UNSET
    focus: References | UnsetType = UNSET
