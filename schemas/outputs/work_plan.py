"""The work plan: what an IPS provider needs to help with work, and nothing else. A CarePlan of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from schemas.codes import OWN
from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import Concept, Concepts, DateTime, Id, Reference, References, String
from schemas.outputs.elements import Activities

PLAN = f"{OWN}/CodeSystem/care-plan"
WORK_PLAN = "work-plan"


class Condition(Resource, frozen=True, kw_only=True):
    """The pain that the person agreed to have told: its code only."""

    id: Id
    code: Concept
    subject: Reference


class WorkPlan(Resource, frozen=True, kw_only=True, tag="CarePlan"):
    """Track, coded adjustments with their periods, and a condition only where that item was agreed."""

    contained: Annotated[tuple[Condition, ...], Meta(min_length=1)] | UnsetType = UNSET
    status: Literal["active"]
    intent: Literal["plan"]
    category: Concepts
    title: String
    subject: Reference
    created: DateTime
    addresses: References | UnsetType = UNSET
    activity: Activities | UnsetType = UNSET
