"""What the person's own answer, or an agreement that they gave, leads to (study: voluntary; their own words)."""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Agreement, ConsentRecorded, Event, PersonAnswer
from services.domain.decisions import AnswerTaken, CallAsked, Decisions, OutOfSequence, PromptWithdrawn, Refusal
from services.domain.history import key, now
from services.domain.journey import Journey, Prompt
from services.domain.offering import agreed, refer
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL
from services.domain.rules.again import is_open
from services.domain.rules.agreements import agreement_in, by_a_job_centre
from services.domain.rules.news import is_old_news
from services.domain.rules.person import capacity, decided_for_them, identity, safety, wish

#: Answers to a prompt after which the person may still say yes to it.
_NOT_FINAL = (None, "invite", "not-now", "person-declined")


def take_person_answer(
    journey: Journey, event: Event, answer: PersonAnswer, policy: Policy
) -> tuple[Decisions, ...] | Refusal:
    """What the person's own answer causes, beside what a no stops. ``journey`` has the event applied."""
    named = next((item for item in journey.prompts if item.id == answer.prompt), None)
    if answer.prompt is not None and named is None:
        return Refusal("prompt-not-known")
    if by_a_job_centre(journey, event, policy):
        return (_out_of_sequence(event, "what a job centre records is no answer of the person", "agreement.recorder"),)
    waiting = next((item for item in journey.prompts if is_open(item, journey)), None)
    prompt = waiting or named or next(reversed(journey.prompts), None)
    match answer.answer:
        case "agrees":
            return _agrees(journey, event, prompt, policy)
        case "call-me":
            return () if is_old_news(journey, event, policy) else _call(event, prompt)
        case "not-now":
            return _rests(journey, event, waiting, policy, "not-now")
        case "does-not-want":
            if wish(journey, policy) is None:
                return (_out_of_sequence(event, "the person has said otherwise since"),)
            return _rests(journey, event, waiting, policy, "person-declined") if waiting is not None else ()


def take_consent(journey: Journey, event: Event, consent: ConsentRecorded, policy: Policy) -> tuple[Decisions, ...]:
    """What a recorded agreement causes: where the person was invited and has not answered, it is their answer."""
    invited = next((item for item in journey.prompts if is_open(item, journey) and item.answer == "invite"), None)
    if consent.purpose != "referral" or invited is None:
        return ()
    return _agrees(journey, event, invited, policy)


def _agrees(journey: Journey, event: Event, prompt: Prompt | None, policy: Policy) -> tuple[Decisions, ...]:
    if is_old_news(journey, event, policy):
        return ()
    agreement = agreement_in(journey, event, policy)
    why_not = _why_not(journey, event, prompt, agreement, policy)
    if prompt is None or agreement is None or why_not is not None:
        words, rule = why_not or ("nobody offers this now", "referral.states")
        return (_out_of_sequence(event, words, rule),)
    return (agreed(event, prompt), *refer(event, prompt, agreement, policy))


def _why_not(
    journey: Journey, event: Event, prompt: Prompt | None, agreement: Agreement | None, policy: Policy
) -> tuple[str, str] | None:
    """Why an agreement leads to no referral, and the rule that says so."""
    if any(item.status not in TERMINAL for item in journey.referrals):
        return "a referral is open", "referral.states"
    if by_a_job_centre(journey, event, policy):
        return "what a job centre records is no agreement of the person", "agreement.recorder"
    if agreement is None:
        return "no agreement of the person with our provider stands", "agreement.needed"
    unable = None if decided_for_them(agreement) else capacity(journey, policy)
    hold = identity(journey, event, policy) or safety(journey, policy) or unable or wish(journey, policy)
    if hold is not None:
        return hold.words, hold.rule
    if prompt is None or prompt.answer not in _NOT_FINAL or prompt.withdrawn not in (None, "wish", "not-now"):
        return "no invitation waits for the person", "referral.states"
    return None


def _rests(journey: Journey, event: Event, waiting: Prompt | None, policy: Policy, taken: str) -> tuple[Decisions, ...]:
    """The open prompt has the person's own answer: nobody asks for some time, and a Task that waits is taken back."""
    if waiting is None:
        return (_out_of_sequence(event, "nothing waits for the person's answer"),)
    own_no = taken == "person-declined"
    days = policy.again.person_declined_days if own_no else policy.again.not_now_days
    words = "The person does not want this" if own_no else "The person says: not now"
    made: list[Decisions] = [
        AnswerTaken(
            rules=("wish.does-not-want" if own_no else "again.not-now",),
            evidence=(key(event),),
            sentence=f"{words}: not asked again for {days} days.",
            prompt=waiting.id,
            answer="person-declined" if own_no else "not-now",
            ask_again=now(journey) + timedelta(days=days),
        )
    ]
    if waiting.answer is None:
        made.append(
            PromptWithdrawn(
                rules=made[0].rules, evidence=(key(event),), sentence=f"{words}: nobody is asked any more.",
                prompt=waiting.id, reason="wish" if own_no else "not-now",
            )
        )  # fmt: skip
    return tuple(made)


def _call(event: Event, prompt: Prompt | None) -> tuple[Decisions, ...]:
    if prompt is None:
        return (_out_of_sequence(event, "nobody was asked who could call the person"),)
    words = "The person asks to be called about it before they decide."
    return (CallAsked(rules=(), evidence=(key(event),), sentence=words, prompt=prompt.id),)


def _out_of_sequence(event: Event, words: str, rule: str = "referral.states") -> OutOfSequence:
    return OutOfSequence(
        rules=(rule,), evidence=(key(event),), sentence=f"Kept, and nothing else: {words}.", about="prompt"
    )
