"""What an answer to a prompt leads to: an invitation, a referral, or a time of rest."""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Agreement, Event, PromptAnswer
from schemas.identifiers import made_id
from services.domain.decisions import (
    AnswerTaken,
    Decisions,
    InformationDue,
    Invited,
    OutOfSequence,
    Referred,
    Refusal,
)
from services.domain.history import key, now
from services.domain.journey import Journey, Prompt
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL

_FINAL = frozenset({"refer", "not-now", "not-suitable", "person-declined"})


def take_answer(
    journey: Journey, event: Event, answer: PromptAnswer, policy: Policy, *, old: bool
) -> tuple[Decisions, ...] | Refusal:
    """What an answer causes. ``journey`` has the event applied; ``old``: it moves nobody any more."""
    prompt = next((item for item in journey.prompts if item.id == answer.prompt), None)
    if prompt is None:
        return Refusal("prompt-not-known")
    if prompt.answer in _FINAL:
        return (_out_of_sequence(event, "the prompt has had its answer"),)
    taken = _as_taken(answer, policy)
    if taken in ("invite", "refer") and old:
        return (_taken(journey, event, prompt, answer, "not-now", policy, ("news.old",)),)
    if taken == "refer":
        if any(item.status not in TERMINAL for item in journey.referrals):
            return (_out_of_sequence(event, "a referral is open"),)
        agreement = _agreement(answer, policy)
        if agreement is not None:
            return _refer(journey, event, prompt, agreement, policy)
    if taken in ("invite", "refer"):
        if prompt.answer == "invite":
            words = "the person was invited before" if taken == "invite" else "no agreement of the person is recorded"
            return (_out_of_sequence(event, words),)
        return _invite(journey, event, prompt, policy, unagreed=taken == "refer")
    return (_taken(journey, event, prompt, answer, taken, policy, _rules_of(answer, taken)),)


def _as_taken(answer: PromptAnswer, policy: Policy) -> str:
    """The answer as it counts: nobody is invited or referred against their own words."""
    own = answer.wish is not None and answer.wish.by == "person" and answer.wish.wish == "does-not-want"
    if own and answer.answer in ("invite", "refer") and policy.on("wish.does-not-want"):
        return "person-declined"
    return answer.answer


def _rules_of(answer: PromptAnswer, taken: str) -> tuple[str, ...]:
    return ("wish.does-not-want",) if taken != answer.answer else (f"again.{taken}",)


def _agreement(answer: PromptAnswer, policy: Policy) -> Agreement | None:
    """The person's agreement to this referral: without it nobody is referred."""
    found = answer.agreement
    if found is not None and found.recipient.ods != policy.provider.ods and policy.on("agreement.needed"):
        return None
    return found


def _refer(
    journey: Journey, event: Event, prompt: Prompt, agreement: Agreement, policy: Policy
) -> tuple[Decisions, ...]:
    referral = made_id(event.source, event.id, "referral", policy.provider.ods, "0")
    made: list[Decisions] = [
        AnswerTaken(
            rules=("agreement.needed",),
            evidence=(key(event),),
            sentence="The person agreed to be referred.",
            prompt=prompt.id,
            answer="refer",
        ),
        Referred(
            rules=("agreement.needed",),
            evidence=(key(event), *prompt.evidence),
            sentence="Referred for Individual Placement and Support, on the person's recorded agreement.",
            prompt=prompt.id,
            referral=referral,
            track=prompt.track,
            provider=agreement.recipient,
            agreement=agreement,
            referrer=prompt.owner,
            referrer_kind=prompt.owner_kind,
        ),
    ]
    if policy.on("information.referral"):
        made.append(_information(event, prompt, "referral", referral, policy))
    return tuple(made)


def _invite(journey: Journey, event: Event, prompt: Prompt, policy: Policy, *, unagreed: bool) -> tuple[Decisions, ...]:
    invitation = made_id(event.source, event.id, "invitation", "person", "0")
    words = "No agreement of the person is recorded: they are asked first." if unagreed else "The person is asked."
    made: list[Decisions] = [
        AnswerTaken(
            rules=("agreement.needed",) if unagreed else (),
            evidence=(key(event),),
            sentence=words,
            prompt=prompt.id,
            answer="invite",
        ),
        Invited(
            rules=("agreement.needed",) if unagreed else (),
            evidence=(key(event), *prompt.evidence),
            sentence="The person is invited to decide for themselves.",
            prompt=prompt.id,
            invitation=invitation,
        ),
    ]
    if policy.on("information.invitation"):
        made.append(_information(event, prompt, "invitation", invitation, policy))
    return tuple(made)


def _information(event: Event, prompt: Prompt, purpose: str, about: str, policy: Policy) -> InformationDue:
    return InformationDue(
        rules=(f"information.{purpose}",),
        evidence=(key(event),),
        sentence=f"Information is due to the person with the {purpose}.",
        information=made_id(event.source, event.id, "information", "person", purpose),
        purpose="referral" if purpose == "referral" else "invitation",
        about=about,
        sender=prompt.owner,
        template=policy.templates.version,
    )


def _taken(
    journey: Journey, event: Event, prompt: Prompt, answer: PromptAnswer, taken: str, policy: Policy,
    rules: tuple[str, ...],
) -> AnswerTaken:  # fmt: skip
    days = {
        "not-now": policy.again.not_now_days,
        "person-declined": policy.again.person_declined_days,
        "not-suitable": policy.again.not_suitable.get(answer.reason or "", policy.again.not_suitable_days),
    }[taken]
    words = {
        "not-now": "Not now",
        "person-declined": "The person does not want this now",
        "not-suitable": "Not suitable in the view of who was asked",
    }[taken]
    return AnswerTaken(
        rules=rules,
        evidence=(key(event),),
        sentence=f"{words}: not asked again for {days} days.",
        prompt=prompt.id,
        answer=taken,  # type: ignore[arg-type]  # one of the three above
        ask_again=now(journey) + timedelta(days=days),
    )


def _out_of_sequence(event: Event, words: str) -> OutOfSequence:
    return OutOfSequence(
        rules=("referral.states",), evidence=(key(event),), sentence=f"Kept, and nothing else: {words}.", about="prompt"
    )
