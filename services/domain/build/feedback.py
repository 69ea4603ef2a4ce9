"""Feedback as a Communication."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import FEEDBACK, REASON
from schemas.outputs.elements import Content, concept, extension, named, organisation, task
from schemas.outputs.feedback import FEEDBACK_ID, REFERRAL_STATE, Feedback
from services.domain.build.context import Context
from services.domain.decisions import FeedbackGiven
from services.domain.referral_states import WORDS


def feedback(made: FeedbackGiven, context: Context) -> Feedback:
    """What one audience is told about a referral, within what it may know."""
    audience = (made.audience,)
    prompt = next(referral.prompt for referral in context.journey.referrals if referral.id == made.referral)
    state = context.may(audience, "referral-state")
    reason = state and context.may(audience, "referral-reason")  # it tells the state too
    words = [f"The referral to Individual Placement and Support is {WORDS[made.status]}."] if state else []
    if made.worker and made.worker.name and context.may(audience, "named-worker"):
        words.append(f"The named worker is {made.worker.name}.")
    return Feedback(
        extension=(extension(REFERRAL_STATE, value_code=made.status),) if state else UNSET,
        identifier=(named(FEEDBACK_ID, made.feedback),),
        status="preparation",
        category=(concept(FEEDBACK, "referral"),),
        subject=context.subject(made.audience),
        about=(task(prompt), task(made.referral)),
        recipient=(organisation(made.recipient),),
        reason_code=(concept(REASON, made.reason),) if made.reason and reason else UNSET,
        payload=(Content(" ".join(words) or "There is news of the referral."),),
    )
