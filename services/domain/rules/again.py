"""Already helped, and asking again (programme rules; prompt fatigue)."""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Organisation
from services.domain.history import answers, introductions, now
from services.domain.journey import Journey, Prompt
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL
from services.domain.rules.agreements import by_a_job_centre
from services.domain.rules.evidence import Evidence
from services.domain.rules.holds import Hold


def already_helped(journey: Journey, policy: Policy) -> Hold | None:
    """Something that was said to this person is still open."""
    if any(item.status not in TERMINAL for item in journey.referrals) and policy.on("help.open-referral"):
        return Hold("already-referred", "help.open-referral", "a referral is open")
    for prompt in journey.prompts:
        if not is_open(prompt, journey):
            continue
        if prompt.answer == "invite":
            if policy.on("help.open-invitation"):
                return Hold(
                    "already-invited", "help.open-invitation", "the person was invited and has not answered yet"
                )
        elif policy.on("help.open-prompt"):
            return Hold("already-prompted", "help.open-prompt", "a prompt is open")
    return None


def is_open(prompt: Prompt, journey: Journey) -> bool:
    """Whether a prompt waits for an answer, or its invitation for the person."""
    return prompt.answer in _WAITING and prompt.withdrawn is None and now(journey) <= prompt.lapses


def asked_before(journey: Journey, owner: Organisation, found: Evidence, policy: Policy) -> Hold | None:
    """It is too soon to ask again: everybody, or this organisation."""
    silent = [
        item for item in journey.prompts
        if item.owner.ods == owner.ods and item.answer is None and item.withdrawn is None
        and not is_open(item, journey) and not _came_forward(item, journey, policy)
    ]  # fmt: skip
    if len(silent) >= policy.again.lapses_that_mute and policy.on("again.muted"):
        return Hold("asked-before", "again.muted", "this organisation did not answer about this person before")
    for prompt in reversed(journey.prompts):
        hold = _after(prompt, journey, owner, found, policy)
        if hold is not None:
            return hold
    ended = [item.ended for item in journey.referrals if item.ended is not None]
    if ended and policy.on("again.referral-ended"):
        until = max(ended) + timedelta(days=policy.again.referral_ended_days)
        if now(journey) < until:
            return Hold("asked-before", "again.referral-ended", "a referral ended not long ago")
    return None


def _after(prompt: Prompt, journey: Journey, owner: Organisation, found: Evidence, policy: Policy) -> Hold | None:
    if prompt.answer in _WAITING:
        if prompt.withdrawn is not None:
            return None  # nobody was silent
        return None if is_open(prompt, journey) else _after_lapse(prompt, journey, found, policy)
    if prompt.ask_again is None or now(journey) >= prompt.ask_again:
        return None
    if prompt.answer == "not-suitable" and prompt.owner.ods != owner.ods:
        return None  # binds nobody else
    if prompt.answer != "not-suitable" and _came_forward(prompt, journey, policy):
        return None
    rule = f"again.{prompt.answer}"
    if not policy.on(rule):
        return None
    return Hold("asked-before", rule, f"the last answer was '{str(prompt.answer).replace('-', ' ')}'")


def _after_lapse(prompt: Prompt, journey: Journey, found: Evidence, policy: Policy) -> Hold | None:
    """Both are needed: some time, and evidence that nobody was asked about yet."""
    if not policy.on("again.lapsed") or _came_forward(prompt, journey, policy):
        return None
    if now(journey) < prompt.lapses + timedelta(days=policy.again.lapsed_days):
        return Hold("asked-before", "again.lapsed", "nobody answered when this was asked not long ago")
    if set(found.events) <= set(prompt.evidence):
        return Hold("asked-before", "again.lapsed", "nobody answered when this was asked, and no evidence is new")
    return None


def _came_forward(prompt: Prompt, journey: Journey, policy: Policy) -> bool:
    """Whether the person has introduced themselves since a prompt was answered or nobody answered it any more."""
    if not policy.on("again.introduction"):
        return False
    answered = [event.time for event, answer in answers(journey) if answer.prompt == prompt.id]
    since = prompt.lapses if prompt.answer in _WAITING else max(answered, default=prompt.answered or prompt.made)
    return any(
        event.time > since and item.by == "self" and not by_a_job_centre(journey, event, policy)
        for event, item in introductions(journey)
    )


_WAITING = (None, "invite")
