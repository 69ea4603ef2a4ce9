"""``patient-information-due-1``: a page of plain words is due to the person. A CommunicationRequest.

``patient-information-withdrawn-1`` is the same one, revoked: it is not to be given any more.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from schemas.codes import OWN
from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import Concept, Concepts, DateTime, Extensions, Identifiers, Reference, References
from schemas.outputs.elements import Content

#: The version of the words that were used.
TEMPLATE = f"{OWN}/StructureDefinition/template-version"
INFORMATION_ID = f"{OWN}/Id/information"
#: Why a page is not to be given any more.
WITHDRAWAL = f"{OWN}/CodeSystem/information-withdrawal"


class InformationRequest(Resource, frozen=True, kw_only=True, tag="CommunicationRequest"):
    """The page, whom it is for and who gives it. ``about`` names the prompt, the referral or the note's event.

    After a clinician put the person forward unasked it names the prompt and then their event: no Task was sent, and
    an answer of the person can name it all the same.
    """

    extension: Extensions
    identifier: Identifiers
    status: Literal["active"]
    category: Concepts
    subject: Reference
    about: References
    payload: Annotated[tuple[Content, ...], Meta(min_length=1)]
    authored_on: DateTime
    recipient: References
    sender: Reference | UnsetType = UNSET


class WithdrawnInformation(Resource, frozen=True, kw_only=True, tag="CommunicationRequest"):
    """The page again by its identifier, without its words: who has not given it yet does not give it any more."""

    identifier: Identifiers
    status: Literal["revoked"]
    status_reason: Concept
    category: Concepts
    subject: Reference
    about: References
    authored_on: DateTime
    recipient: References
    sender: Reference | UnsetType = UNSET
