"""``care-package-updated-1``: one care package for each person, for the health side and for them. A CarePlan."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas.codes import OWN
from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import Concepts, DateTime, Identifiers, Profiles, Reference, String
from schemas.outputs.elements import Activities

CARE_PACKAGE = "care-package"
#: Kinds of activity for which SNOMED CT has no code that fits.
ACTIVITY = f"{OWN}/CodeSystem/care-package-activity"


class CarePackage(Resource, frozen=True, kw_only=True, tag="CarePlan"):
    """``meta.versionId`` counts its versions; each is caused by one event."""

    meta: Profiles
    identifier: Identifiers
    status: Literal["active"]
    intent: Literal["plan"]
    category: Concepts
    title: String
    subject: Reference
    created: DateTime
    activity: Activities | UnsetType = UNSET
