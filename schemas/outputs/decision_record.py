"""``decision-recorded-1``: what was decided, by which rules, on which events, in words. A GuidanceResponse."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas.codes import OWN
from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import Concepts, DateTime, PlainIdentifier, Reference, References, Uri

RULE = f"{OWN}/CodeSystem/rule"
HOLD = f"{OWN}/CodeSystem/hold"
SUBJECT_ID = f"{OWN}/Id/subject"


class DecisionRecord(Resource, frozen=True, kw_only=True, tag="GuidanceResponse"):
    """The first reason is the decision with its sentence, the others are the rules that spoke.

    ``requestIdentifier`` is the event that caused it, ``moduleUri`` the policy by its hash; the subject is the
    subject reference: no NHS number, no name.
    """

    request_identifier: PlainIdentifier
    module_uri: Uri
    status: Literal["success"]
    subject: Reference
    occurrence_date_time: DateTime
    reason_code: Concepts
    reason_reference: References | UnsetType = UNSET

    def __post_init__(self) -> None:
        if not self.subject.identifier or self.subject.identifier.system != SUBJECT_ID:
            raise ValueError("the subject is the subject reference")
