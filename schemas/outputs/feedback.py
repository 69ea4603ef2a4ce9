"""``feedback-given-1``: an audience is told one thing that it may know. A Communication, published once."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from schemas.codes import OWN
from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import Concepts, Extensions, Identifiers, Reference, References
from schemas.outputs.elements import Content

FEEDBACK_ID = f"{OWN}/Id/feedback"
#: The state of the referral that is told (BSeR business status).
REFERRAL_STATE = f"{OWN}/StructureDefinition/referral-state"
#: The step of employment support that is told, in two parts: ``kind`` (code) and ``on`` (date).
PROGRESS = f"{OWN}/StructureDefinition/employment-progress"

#: One of the three things that a job centre may be told where the person agreed to it (code).
AGREED_THING = f"{OWN}/StructureDefinition/agreed-thing"


class Feedback(Resource, frozen=True, kw_only=True, tag="Communication"):
    """What is told, in words and as a code, and to whom. ``preparation``: its receipt is in the ledger.

    ``about`` names the prompt, whose Task the recipient got and answered, or the event by which they put the person
    forward, and the referral that came of it; to the provider the referral alone, to a job centre nothing.
    """

    extension: Extensions | UnsetType = UNSET
    identifier: Identifiers
    status: Literal["preparation"]
    category: Concepts
    subject: Reference
    about: References | UnsetType = UNSET
    recipient: References
    reason_code: Concepts | UnsetType = UNSET
    payload: Annotated[tuple[Content, ...], Meta(min_length=1)]
