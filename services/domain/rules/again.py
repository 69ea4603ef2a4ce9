"""Already helped, and asking again (programme rules; prompt fatigue)."""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Organisation
from services.domain.history import now
from services.domain.journey import Journey, Prompt
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL
from services.domain.rules.holds import Hold


def already_helped(journey: Journey, policy: Policy) -> Hold | None:
    """Something that was said to this person is still open."""
    if any(item.status not in TERMINAL for item in journey.referrals) and policy.on("help.open-referral"):
        return Hold("already-referred", "help.open-referral", "a referral is open")
    for prompt in journey.prompts:
        if not is_open(prompt, journey, policy):
            continue
        if prompt.answer == "invite":
            if policy.on("help.open-invitation"):
                return Hold(
                    "already-invited", "help.open-invitation", "the person was invited and has not answered yet"
                )
        elif policy.on("help.open-prompt"):
            return Hold("already-prompted", "help.open-prompt", "a prompt is open")
    return None


def is_open(prompt: Prompt, journey: Journey, policy: Policy) -> bool:
    """Whether a prompt waits for an answer, or its invitation for the person."""
    if prompt.answer is None:
        return now(journey) <= prompt.lapses
    if prompt.answer == "invite" and prompt.answered is not None:
        return now(journey) <= prompt.answered + timedelta(days=policy.prompt.lapse_days)
    return False


def asked_before(journey: Journey, owner: Organisation, policy: Policy) -> Hold | None:
    """It is too soon to ask again: everybody, or this organisation."""
    for prompt in reversed(journey.prompts):
        hold = _after(prompt, journey, owner, policy)
        if hold is not None:
            return hold
    ended = [item.ended for item in journey.referrals if item.ended is not None]
    if ended and policy.on("again.referral-ended"):
        until = max(ended) + timedelta(days=policy.again.referral_ended_days)
        if now(journey) < until:
            return Hold("asked-before", "again.referral-ended", "a referral ended not long ago")
    return None


def _after(prompt: Prompt, journey: Journey, owner: Organisation, policy: Policy) -> Hold | None:
    if prompt.answer is None or prompt.answer == "invite":
        began = prompt.lapses if prompt.answered is None else prompt.answered
        until = began + timedelta(days=policy.again.lapsed_days)
        rule, words = "again.lapsed", "nobody answered when this was asked not long ago"
    elif prompt.ask_again is not None:
        until = prompt.ask_again
        rule, words = f"again.{prompt.answer}", f"the last answer was '{prompt.answer.replace('-', ' ')}'"
    else:
        return None
    if prompt.answer == "not-suitable" and prompt.owner.ods != owner.ods:
        return None  # binds nobody else
    if now(journey) < until and policy.on(rule):
        return Hold("asked-before", rule, words)
    return None
