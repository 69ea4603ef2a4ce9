"""What a stop ends, told to those who wait: the same Task or page again, with no more of the reason than they may know.

A provider is never told why; who was asked to offer help is told the person's own wish, and that a note was in error.
"""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import BSER, INFORMATION, TASK_ID
from schemas.facts import Event, Nomination, Organisation
from schemas.identifiers import made_id
from schemas.outputs.elements import at, by_id, concept, named, organisation
from schemas.outputs.information import INFORMATION_ID, WITHDRAWAL, WithdrawnInformation
from schemas.outputs.prompt import CHANGE as PROMPT_CHANGE
from schemas.outputs.prompt import TASK_CODE, ChangedPrompt
from schemas.outputs.referral import CHANGE as REFERRAL_CHANGE
from schemas.outputs.referral import REFERRAL_ID, ChangedReferral
from services.domain.build.context import Context
from services.domain.build.information import about
from services.domain.build.prompt import parts
from services.domain.corrections import as_stated
from services.domain.decisions import InformationWithdrawn, PromptWithdrawn, StopReason
from services.domain.history import key
from services.domain.journey import Information, Journey, Prompt, Referral
from services.domain.referral_states import CANCELLATION_REQUESTED, WORDS

_NO_MORE = "This is withdrawn: no answer is needed any more."
_TOLD: dict[StopReason, tuple[str, str]] = {
    "wish": ("does-not-want", "The person does not want this now: no answer is needed any more."),
    "not-now": ("not-now", "The person says: not now. No answer is needed any more."),
    "note-in-error": ("note-in-error", "It rested on a fit note that was entered in error: no answer is needed."),
}


def withdrawn_prompt(made: PromptWithdrawn, prompt: Prompt, context: Context) -> ChangedPrompt:
    """The Task, cancelled. It says no more why it was asked."""
    told = _TOLD.get(made.reason) if context.may((prompt.owner_kind,), "referral-reason") else None
    code, words = told or ("withdrawn", _NO_MORE)
    return ChangedPrompt(
        **parts(prompt, context, why=False),
        status="cancelled",
        status_reason=concept(PROMPT_CHANGE, code, words),
        business_status=concept(PROMPT_CHANGE, "withdrawn", _NO_MORE),
    )


def withdrawn_information(made: InformationWithdrawn, context: Context) -> WithdrawnInformation:
    """The page, revoked, to whoever was to give it."""
    page = next(item for item in context.journey.information if item.id == made.information)
    cause = _cause(page, context.journey)
    sender = _sender(page, cause, context.journey)
    subject = context.subject()
    return WithdrawnInformation(
        identifier=(named(INFORMATION_ID, page.id),),
        status="revoked",
        status_reason=concept(WITHDRAWAL, "withdrawn", "Please do not give this page any more."),
        category=(concept(INFORMATION, page.purpose),),
        subject=subject,
        about=about(page.purpose, page.about, key(cause) if cause else None, context.journey),
        authored_on=at(page.on),
        recipient=(subject,),
        sender=organisation(sender) if sender else UNSET,
    )


def cancelled_referral(referral: Referral, context: Context) -> ChangedReferral:
    """The Task, with the request to cancel it."""
    return ChangedReferral(
        identifier=(named(TASK_ID, referral.id),),
        status="in-progress",
        business_status=concept(BSER, CANCELLATION_REQUESTED, WORDS[CANCELLATION_REQUESTED]),
        intent="order",
        code=concept(TASK_CODE, "fulfill"),
        focus=by_id(REFERRAL_ID, referral.id, "ServiceRequest"),
        for_=context.subject("ips-provider"),
        reason_code=concept(
            REFERRAL_CHANGE, "cancellation-requested", "Please do no more about this referral, and confirm that."
        ),
        authored_on=at(referral.requested),
        last_modified=at(context.time),
        requester=organisation(referral.referrer),
        owner=organisation(referral.provider),
    )


def _cause(page: Information, journey: Journey) -> Event | None:
    """The event that made a page due: its id was made of it."""
    for fact in journey.facts:
        if made_id(fact.source, fact.id, "information", "person", page.purpose) == page.id:
            return fact
    return None


def _sender(page: Information, cause: Event | None, journey: Journey) -> Organisation | None:
    """Who was to give it: who issued the note, who put the person forward, else who was asked."""
    note = as_stated(cause) if cause else None
    if note is not None:
        return note.issuer
    match cause.facts if cause else None:
        case Nomination(by=by):
            return by
        case _:
            referred = (item.referrer for item in journey.referrals if item.id == page.about)
            asked = (item.owner for item in journey.prompts if item.id == page.about)
            return next(referred, None) or next(asked, None)
