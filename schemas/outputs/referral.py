"""``ips-referral-requested-1``: a referral on the person's recorded agreement. A FHIR message."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from schemas.codes import OWN
from schemas.fhir.fast_resources import Consent, MessageHeader, Organization, Patient, Resource
from schemas.fhir.fast_types import (
    Concept,
    DateTime,
    Identifiers,
    Instant,
    PlainIdentifier,
    Reference,
    References,
    Strict,
    String,
    Uri,
)
from schemas.outputs.work_plan import WorkPlan

REFERRAL_ID = f"{OWN}/Id/referral"
#: Why the provider is asked about a referral.
CHASE = f"{OWN}/CodeSystem/referral-chase"
#: What the provider is asked to do about it.
CHANGE = f"{OWN}/CodeSystem/referral-change"


class ReferralRequest(Resource, frozen=True, kw_only=True, tag="ServiceRequest"):
    """What is asked for; it rests on the work plan. ``order`` here: a BaRS sink says ``plan``."""

    identifier: Identifiers
    based_on: Annotated[tuple[Reference, ...], Meta(min_length=1, max_length=1)]
    status: Literal["active"]
    intent: Literal["order"]
    code: Concept
    subject: Reference
    authored_on: DateTime
    requester: Reference
    performer: References
    supporting_info: References


class ReferralTask(Resource, frozen=True, kw_only=True, tag="Task"):
    """The referral's Task: an update names it by ``identifier``."""

    identifier: Identifiers
    status: Literal["requested"]
    business_status: Concept
    intent: Literal["order"]
    code: Concept
    focus: Reference
    for_: Reference = field(name="for")
    authored_on: DateTime
    last_modified: DateTime
    requester: Reference
    owner: Reference


class Service(Resource, frozen=True, kw_only=True, tag="HealthcareService"):
    """The IPS service that is asked."""

    provided_by: Reference
    name: String


class ReferralEntry(Strict, frozen=True):
    """Bundle.entry; its ``fullUrl`` is what references of the message lead to."""

    full_url: Uri
    resource: MessageHeader | ReferralRequest | ReferralTask | WorkPlan | Patient | Consent | Organization | Service


#: What a referral holds: who refers and who is asked are two Organizations, all else is there exactly once.
_WHOLE = Counter((MessageHeader, ReferralRequest, ReferralTask, WorkPlan, Patient, Consent, Service))
_WHOLE[Organization] = 2


class ReferralMessage(Resource, frozen=True, kw_only=True, tag="Bundle"):
    """The whole message: its first entry is the MessageHeader."""

    identifier: PlainIdentifier | UnsetType = UNSET
    type: Literal["message"]
    timestamp: Instant
    entry: Annotated[tuple[ReferralEntry, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        if not isinstance(self.entry[0].resource, MessageHeader):
            raise ValueError("the first entry is the MessageHeader")
        if Counter(type(entry.resource) for entry in self.entry) != _WHOLE:
            raise ValueError("a referral holds one of each, and two Organizations")


class ChangedReferral(Resource, frozen=True, kw_only=True, tag="Task"):
    """``ips-referral-changed-1``: the referral's Task again; ``reasonCode`` says why.

    It stands still (``requested``, ``accepted``), or its cancellation is asked for (``in-progress``, 5.2).
    """

    identifier: Identifiers
    status: Literal["requested", "accepted", "in-progress"]
    business_status: Concept
    intent: Literal["order"]
    code: Concept
    focus: Reference
    for_: Reference = field(name="for")
    reason_code: Concept
    authored_on: DateTime
    last_modified: DateTime
    requester: Reference
    owner: Reference
