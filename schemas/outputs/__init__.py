"""Outbound event types: the one table of them, and the reading of their payloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from schemas.failures import Problem, Refused
from schemas.outputs.care_package import CarePackage
from schemas.outputs.decision_record import DecisionRecord
from schemas.outputs.feedback import Feedback
from schemas.outputs.information import InformationRequest, WithdrawnInformation
from schemas.outputs.lookup import LookupTask
from schemas.outputs.prompt import ChangedPrompt, PromptTask
from schemas.outputs.referral import ChangedReferral, ReferralMessage
from schemas.topics import AUDIENCES, CARE_PACKAGES, DECISIONS, LOOKUPS, PATIENT_INFORMATION, PROMPTS, REFERRALS
from schemas.topics import feedback as feedback_topic

__all__ = ["OUTPUT_TYPES", "OutputType", "Resource", "read_output"]

Resource: TypeAlias = (
    PromptTask
    | ChangedPrompt
    | InformationRequest
    | WithdrawnInformation
    | ReferralMessage
    | ChangedReferral
    | CarePackage
    | Feedback
    | DecisionRecord
    | LookupTask
)


@dataclass(frozen=True, slots=True)
class OutputType:
    """One row of EVENTS.md's table of outputs. ``topics``: where it is published, one for each audience."""

    name: str
    purpose: str
    model: type[Resource]
    topics: tuple[str, ...]


_FEEDBACK = tuple(feedback_topic(audience) for audience in AUDIENCES)
OUTPUT_TYPES: dict[str, OutputType] = {
    row.name: row
    for row in (
        OutputType(
            "ips-referral-prompted-1", "a professional is asked to consider offering IPS", PromptTask, (PROMPTS,)
        ),
        OutputType(
            "ips-referral-prompt-changed-1",
            "a prompt was repeated, escalated, has lapsed or is withdrawn",
            ChangedPrompt,
            (PROMPTS,),
        ),
        OutputType(
            "patient-information-due-1",
            "a page of information is due to the person",
            InformationRequest,
            (PATIENT_INFORMATION,),
        ),
        OutputType(
            "patient-information-withdrawn-1",
            "a page of information is not to be given any more",
            WithdrawnInformation,
            (PATIENT_INFORMATION,),
        ),
        OutputType(
            "ips-referral-requested-1", "a referral on the person's recorded agreement", ReferralMessage, (REFERRALS,)
        ),
        OutputType(
            "ips-referral-changed-1",
            "the provider is asked about a referral that stands still, or to cancel it",
            ChangedReferral,
            (REFERRALS,),
        ),
        OutputType(
            "care-package-updated-1", "a new version of the person's care package", CarePackage, (CARE_PACKAGES,)
        ),
        OutputType("feedback-given-1", "an audience is told one thing that it may know", Feedback, _FEEDBACK),
        OutputType(
            "lookup-requested-1",
            "a national register is asked what has changed",
            LookupTask,
            (LOOKUPS,),
        ),
        OutputType("decision-recorded-1", "what was decided, and why", DecisionRecord, (DECISIONS,)),
    )
}


def read_output(event_type: str, data: bytes) -> Resource:
    """Read the payload of an output. Raises Refused (`type-not-known`, `body-not-readable`, `not-valid`)."""
    row = OUTPUT_TYPES.get(event_type)
    if row is None:
        raise Refused([Problem("type-not-known")])
    try:
        return msgspec.json.decode(data, type=row.model)
    except msgspec.ValidationError as why:
        place = str(why).rpartition("at `$.")[2].removesuffix("`") if "at `$." in str(why) else ""
        kind = str(row.model.__struct_config__.tag)
        raise Refused([Problem("not-valid", f"{kind}.{place}" if place else kind)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused([Problem("body-not-readable")]) from None
