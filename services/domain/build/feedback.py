"""Feedback as a Communication."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from schemas.codes import ADJUSTMENT, FEEDBACK, REASON, SNOMED
from schemas.events.fit_note_codes import CODE_OF
from schemas.events.referral_update import WAITING_LIST
from schemas.fhir.fast_types import Coding, Extension, Leaf, Reference
from schemas.outputs.elements import Content, by_event, concept, extension, named, organisation, task
from schemas.outputs.feedback import AGREED_THING, FEEDBACK_ID, PROGRESS, REFERRAL_STATE, Feedback
from schemas.support_facts import WaitingList
from services.domain.agreed_things import thing_words
from services.domain.build.context import Context
from services.domain.decisions import AgreedThing, FeedbackGiven, FeedbackTopic
from services.domain.journey import Referral
from services.domain.progressing import STEPS
from services.domain.referral_states import WORDS

_ASKED: dict[FeedbackTopic, str] = {
    "flare-up": "Please review pacing and adjustments with the person.",
    "placement-ended": "The placement ended as unsafe or unsupported. Please look to it before there is another one.",
    "placement-requirements": "An earlier placement ended as unsafe or unsupported. What was asked for then is required"
    " of this one.",
}


def feedback(made: FeedbackGiven, context: Context) -> Feedback:
    """What one audience is told about a referral, within what it may know."""
    audience = (made.audience,)
    referral = next(item for item in context.journey.referrals if item.id == made.referral)
    said, words = _said(made, context)
    if made.waiting and context.may(audience, "waiting-list"):
        said = (*said, _waiting(made.waiting))
        words.append(f"The person is on the waiting list{waiting_words(made.waiting)}.")
    if made.worker and made.worker.name and context.may(audience, "named-worker"):
        words.append(f"The named worker is {made.worker.name}.")
    # a reason tells the state too
    reason = context.may(audience, "referral-state") and context.may(audience, "referral-reason")
    return Feedback(
        extension=said if said else UNSET,
        identifier=(named(FEEDBACK_ID, made.feedback),),
        status="preparation",
        category=(concept(FEEDBACK, _category(made, context)),),
        subject=context.subject(made.audience),
        about=_about(made, referral),
        recipient=(organisation(made.recipient),),
        reason_code=(concept(REASON, made.reason),) if made.reason and reason else UNSET,
        payload=(Content(" ".join(words) or "There is news of the referral."),),
    )


def _said(made: FeedbackGiven, context: Context) -> tuple[tuple[Extension, ...], list[str]]:
    if made.thing is not None:
        return _thing(made.thing, context)
    if made.about is not None:
        return _to_look_to(made, context)
    return _step(made, context) if made.progress else _state(made, context)


def _category(made: FeedbackGiven, context: Context) -> str:
    if made.about is not None:
        return made.about if context.may((made.audience,), "pacing") else "referral"
    return "agreed" if made.thing else "progress" if made.progress else "referral"


def _about(made: FeedbackGiven, referral: Referral) -> tuple[Reference, ...] | UnsetType:
    """What the recipient knows it by; a provider got the referral's Task alone, a job centre nothing."""
    if made.audience == "job-centre":
        return UNSET
    sent = task(made.referral)
    return (sent,) if made.audience == "ips-provider" else (_begun_by(referral), sent)


def _thing(thing: AgreedThing, context: Context) -> tuple[tuple[Extension, ...], list[str]]:
    if not context.may(("job-centre",), thing):
        return (), []
    return (extension(AGREED_THING, value_code=thing),), [f"As the person agreed to tell you: {thing_words(thing)}."]


def _to_look_to(made: FeedbackGiven, context: Context) -> tuple[tuple[Extension, ...], list[str]]:
    """What a worker is asked to do; the adjustments that were asked for, as codes and in words."""
    said = [_ASKED[made.about]] if made.about and context.may((made.audience,), "pacing") else []
    if not made.adjustments or not context.may((made.audience,), "adjustments"):
        return (), said
    asked = ", ".join(adjustment.replace("-", " ") for adjustment in made.adjustments)
    coded = tuple(
        extension(ADJUSTMENT, value_coding=Coding(SNOMED, code=CODE_OF[adjustment])) for adjustment in made.adjustments
    )
    return coded, [*said, f"Adjustments that were asked for: {asked}."]


def waiting_words(waiting: WaitingList) -> str:
    """What is known of the wait, to follow "waiting list"."""
    place = f" at place {waiting.place}" if waiting.place else ""
    return place + (f", support is expected from {waiting.expected.isoformat()}" if waiting.expected else "")


def _waiting(waiting: WaitingList) -> Extension:
    parts = (
        *((Leaf("place", value_integer=waiting.place),) if waiting.place else ()),
        *((Leaf("expected", value_date=waiting.expected.isoformat()),) if waiting.expected else ()),
    )
    return Extension(WAITING_LIST, extension=parts) if parts else extension(WAITING_LIST, value_boolean=True)


def _state(made: FeedbackGiven, context: Context) -> tuple[tuple[Extension, ...], list[str]]:
    if not context.may((made.audience,), "referral-state"):
        return (), []
    words = f"The referral to Individual Placement and Support is {WORDS[made.status]}."
    return (extension(REFERRAL_STATE, value_code=made.status),), [words]


def _step(made: FeedbackGiven, context: Context) -> tuple[tuple[Extension, ...], list[str]]:
    if made.progress is None or made.on is None or not context.may((made.audience,), "employment-progress"):
        return (), []
    on = made.on.isoformat()
    parts = (Leaf("kind", value_code=made.progress), Leaf("on", value_date=on))
    return (Extension(PROGRESS, extension=parts),), [f"Support to find or keep work, {on}: {STEPS[made.progress]}."]


def _begun_by(referral: Referral) -> Reference:
    """What the recipient knows it by: the prompt that they got, or the event by which they put the person forward."""
    nomination = referral.nomination
    return by_event(nomination.source, nomination.id) if nomination else task(referral.prompt)
