"""Feedback as a Communication."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import FEEDBACK, REASON
from schemas.events.referral_update import WAITING_LIST
from schemas.facts import WaitingList
from schemas.fhir.fast_types import Extension, Leaf, Reference
from schemas.outputs.elements import Content, by_event, concept, extension, named, organisation, task
from schemas.outputs.feedback import FEEDBACK_ID, PROGRESS, REFERRAL_STATE, Feedback
from services.domain.build.context import Context
from services.domain.decisions import FeedbackGiven
from services.domain.journey import Referral
from services.domain.progressing import STEPS
from services.domain.referral_states import WORDS


def feedback(made: FeedbackGiven, context: Context) -> Feedback:
    """What one audience is told about a referral, within what it may know."""
    audience = (made.audience,)
    referral = next(item for item in context.journey.referrals if item.id == made.referral)
    said, words = _step(made, context) if made.progress else _state(made, context)
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
        category=(concept(FEEDBACK, "progress" if made.progress else "referral"),),
        subject=context.subject(made.audience),
        about=(_begun_by(referral), task(made.referral)),
        recipient=(organisation(made.recipient),),
        reason_code=(concept(REASON, made.reason),) if made.reason and reason else UNSET,
        payload=(Content(" ".join(words) or "There is news of the referral."),),
    )


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
