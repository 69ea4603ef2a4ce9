"""A page for the person as a CommunicationRequest."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import INFORMATION
from schemas.outputs.elements import Content, at, by_event, concept, extension, named, organisation, task
from schemas.outputs.information import INFORMATION_ID, TEMPLATE, InformationRequest
from services.domain.build.context import Context
from services.domain.decisions import InformationDue


def information_request(made: InformationDue, context: Context) -> InformationRequest:
    """The page with its words, filled in from the policy. It names nobody: the person knows who they are."""
    subject, event = context.subject(), context.event
    nominated = next((item.nomination for item in context.journey.prompts if item.id == made.about), None)
    words = getattr(context.policy.templates, made.purpose)
    return InformationRequest(
        extension=(extension(TEMPLATE, value_string=made.template),),
        identifier=(named(INFORMATION_ID, made.information),),
        status="active",
        category=(concept(INFORMATION, made.purpose),),
        subject=subject,
        about=(
            by_event(event.source, event.id) if made.purpose == "note" else task(made.about),
            *((by_event(nominated.source, nominated.id),) if nominated else ()),
        ),
        payload=(Content(words.format(provider=context.policy.provider.name)),),
        authored_on=at(context.time),
        recipient=(subject,),
        sender=organisation(made.sender) if made.sender else UNSET,
    )
