"""A referral as a FHIR message: request, Task, work plan, the person, their Consent, and who refers to whom."""

from __future__ import annotations

from schemas.codes import BSER, EVENT_TYPE, IPS_REFERRAL, ODS, OUTPUT_ID, SNOMED, SOURCE, TASK_ID
from schemas.facts import Organisation
from schemas.fhir.fast_resources import MessageHeader, Organization, Source
from schemas.fhir.fast_types import Coding, Identifier, PlainIdentifier, Reference
from schemas.identifiers import made_id
from schemas.outputs.elements import at, concept, named, organisation
from schemas.outputs.prompt import TASK_CODE
from schemas.outputs.referral import (
    REFERRAL_ID,
    ReferralEntry,
    ReferralMessage,
    ReferralRequest,
    ReferralTask,
    Service,
)
from schemas.topics import Audience
from services.domain.build.consent import consent_of
from services.domain.build.context import Context
from services.domain.build.work_plan import work_plan
from services.domain.decisions import Referred
from services.domain.referral_states import CREATED, WORDS

TYPE = "ips-referral-requested-1"
_IPS: Audience = "ips-provider"


def referral_message(made: Referred, output: str, context: Context) -> ReferralMessage:
    """The message under the output's id. Every reference in it leads to something in it, or to an identifier."""
    url = {part: f"urn:uuid:{made_id(made.referral, part)}" for part in _PARTS}
    subject = Reference(reference=url["patient"], type="Patient")
    request, time = Reference(reference=url["request"]), at(context.time)
    referrer, provider = (Reference(reference=url[part], type="Organization") for part in ("referrer", "provider"))
    resources = {
        "header": MessageHeader(
            event_coding=Coding(EVENT_TYPE, code=TYPE), source=Source(SOURCE), sender=referrer, focus=(request,)
        ),
        "request": ReferralRequest(
            identifier=(named(REFERRAL_ID, made.referral),), based_on=(Reference(reference=url["plan"]),),
            status="active", intent="order", code=concept(SNOMED, IPS_REFERRAL), subject=subject, authored_on=time,
            requester=referrer, performer=(provider, Reference(reference=url["service"])),
            supporting_info=(Reference(reference=url["consent"]),),
        ),
        "task": ReferralTask(
            identifier=(named(TASK_ID, made.referral),), status="requested",
            business_status=concept(BSER, CREATED, WORDS[CREATED]), intent="order",
            code=concept(TASK_CODE, "fulfill"), focus=request, for_=subject, authored_on=time, last_modified=time,
            requester=referrer, owner=organisation(made.provider),
        ),
        "plan": work_plan(made.track, made.agreement, context, subject),
        "patient": context.patient(_IPS, contact="contact" in made.agreement.items),
        "consent": consent_of(made.agreement, subject),
        "referrer": _organisation(made.referrer),
        "provider": _organisation(made.provider),
        "service": Service(provided_by=provider, name=context.policy.provider.name),
    }  # fmt: skip
    return ReferralMessage(
        id=output,
        identifier=PlainIdentifier(system=OUTPUT_ID, value=output),
        type="message",
        timestamp=time,
        entry=tuple(ReferralEntry(url[part], resources[part]) for part in _PARTS),  # type: ignore[arg-type]  # one of each
    )


_PARTS = ("header", "request", "task", "plan", "patient", "consent", "referrer", "provider", "service")


def _organisation(found: Organisation) -> Organization:
    known = Organization(identifier=(Identifier(system=ODS, value=found.ods),))
    return Organization(identifier=known.identifier, name=found.name) if found.name else known
