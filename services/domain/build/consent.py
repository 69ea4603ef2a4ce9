"""The person's agreement as the Consent that travels with the referral it allows."""

from __future__ import annotations

from schemas.codes import AGREEMENT_ITEM
from schemas.events.agreement import AGREEMENT_ID
from schemas.facts import Agreement
from schemas.fhir.consent import AGREED_BY, AGREED_HOW, ASKED_BY, RECIPIENT
from schemas.fhir.fast_resources import Actor, Consent, Provision
from schemas.fhir.fast_types import Coding, Concept, Reference
from schemas.outputs.elements import concept, extension, named, organisation

_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_ROLE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


def consent_of(agreement: Agreement, subject: Reference) -> Consent:
    """Who agreed, how, when, who asked, for whom, to what, on which words: as it was recorded."""
    return Consent(
        extension=(
            extension(AGREED_BY, value_code=agreement.by),
            extension(AGREED_HOW, value_code=agreement.how),
            extension(ASKED_BY, value_string=agreement.asked_by),
        ),
        identifier=(named(AGREEMENT_ID, agreement.id),),
        status="active",
        scope=concept(_SCOPE, "patient-privacy"),
        category=(concept(_CATEGORY, "IDSCL"),),
        patient=subject,
        date_time=agreement.on.isoformat(),
        policy_rule=Concept(text=agreement.words),
        provision=Provision(
            type="permit",
            actor=(Actor(concept(_ROLE, RECIPIENT), organisation(agreement.recipient)),),
            purpose=tuple(Coding(AGREEMENT_ITEM, code=item) for item in agreement.items),
        ),
    )
