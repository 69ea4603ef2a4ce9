"""What follows for the person once somebody offers: an invitation, or a referral on their agreement."""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Agreement, Event
from schemas.identifiers import made_id
from services.domain.decisions import AnswerTaken, Decisions, EventKey, InformationDue, Invited, Purpose, Referred
from services.domain.history import key, now
from services.domain.journey import Journey, Prompt
from services.domain.policy import Policy

_NEEDED = ("agreement.needed",)
_WHEN: dict[Purpose, str] = {
    "invitation": "Information is due to the person with the invitation.",
    "referral": "Information is due to the person with the referral.",
    "unsure": "The person is not sure: they are offered information, once.",
}


def agreed(event: Event, prompt: Prompt) -> AnswerTaken:
    """The prompt has its answer: the person agreed."""
    return AnswerTaken(
        rules=_NEEDED,
        evidence=(key(event),),
        sentence="The person agreed to be referred.",
        prompt=prompt.id,
        answer="refer",
    )


def to_be_asked(event: Event, prompt: Prompt, *, unagreed: bool) -> AnswerTaken:
    """The prompt has its answer: the person is asked. ``unagreed``: a referral was wanted, without their agreement."""
    words = "No agreement of the person is recorded: they are asked first." if unagreed else "The person is asked."
    return AnswerTaken(
        rules=_NEEDED if unagreed else (), evidence=(key(event),), sentence=words, prompt=prompt.id, answer="invite"
    )


def refer(event: Event, prompt: Prompt, agreement: Agreement, policy: Policy) -> list[Decisions]:
    """The referral that a prompt led to, in the name of its owner."""
    referral = made_id(event.source, event.id, "referral", policy.provider.ods, "0")
    made: list[Decisions] = [
        Referred(
            rules=_NEEDED,
            evidence=_evidence(event, prompt),
            sentence="Referred for Individual Placement and Support, on the person's recorded agreement.",
            prompt=prompt.id,
            referral=referral,
            track=prompt.track,
            provider=agreement.recipient,
            agreement=agreement,
            referrer=prompt.owner,
            referrer_kind=prompt.owner_kind,
            nomination=prompt.nomination,
        )
    ]
    if policy.on("information.referral"):
        made.append(information(event, prompt, "referral", referral, policy))
    return made


def invite(journey: Journey, event: Event, prompt: Prompt, policy: Policy, *, unagreed: bool) -> list[Decisions]:
    """The invitation that a prompt led to."""
    made: list[Decisions] = [
        Invited(
            rules=_NEEDED if unagreed else (),
            evidence=_evidence(event, prompt),
            sentence="The person is invited to decide for themselves.",
            prompt=prompt.id,
            invitation=made_id(event.source, event.id, "invitation", "person", "0"),
            lapses=now(journey) + timedelta(days=policy.prompt.lapse_days),
        )
    ]
    if policy.on("information.invitation"):
        made.append(information(event, prompt, "invitation", prompt.id, policy))
    return made


def information(event: Event, prompt: Prompt, purpose: Purpose, about: str, policy: Policy) -> InformationDue:
    """A page about the help, through the owner of the prompt."""
    return InformationDue(
        rules=(f"information.{purpose}",),
        evidence=(key(event),),
        sentence=_WHEN[purpose],
        information=made_id(event.source, event.id, "information", "person", purpose),
        purpose=purpose,
        about=about,
        sender=prompt.owner,
        template=policy.templates.version,
    )


def _evidence(event: Event, prompt: Prompt) -> tuple[EventKey, ...]:
    return tuple(dict.fromkeys((key(event), *prompt.evidence)))
