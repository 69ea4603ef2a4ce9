"""A page for the person as a CommunicationRequest."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import INFORMATION
from schemas.fhir.fast_types import Reference
from schemas.outputs.elements import Content, at, by_event, concept, extension, named, organisation, task
from schemas.outputs.information import INFORMATION_ID, TEMPLATE, InformationRequest
from services.domain.build.context import Context
from services.domain.decisions import EventKey, InformationDue, Purpose
from services.domain.journey import Journey


def information_request(made: InformationDue, context: Context) -> InformationRequest:
    """The page with its words, filled in from the policy. It names nobody: the person knows who they are."""
    subject = context.subject()
    words = getattr(context.policy.templates, made.purpose)
    return InformationRequest(
        extension=(extension(TEMPLATE, value_string=made.template),),
        identifier=(named(INFORMATION_ID, made.information),),
        status="active",
        category=(concept(INFORMATION, made.purpose),),
        subject=subject,
        about=about(made.purpose, made.about, made.evidence[0], context.journey),
        payload=(Content(words.format(provider=context.policy.provider.name)),),
        authored_on=at(context.time),
        recipient=(subject,),
        sender=organisation(made.sender) if made.sender else UNSET,
    )


def about(purpose: Purpose, named: str, note: EventKey | None, journey: Journey) -> tuple[Reference, ...]:
    """What a page belongs to: the note's event, or the Task of a prompt or referral and who put the person forward."""
    if purpose == "note" and note is not None:
        return (by_event(note.source, note.id),)
    nominated = next((item.nomination for item in journey.prompts if item.id == named), None)
    return (task(named), *((by_event(nominated.source, nominated.id),) if nominated else ()))
