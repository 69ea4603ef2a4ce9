"""What an answer to a prompt leads to: an invitation, a referral, or a time of rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from schemas.facts import Agreement, Event, PromptAnswer
from services.domain.decisions import AnswerTaken, Decisions, OutOfSequence, Refusal
from services.domain.history import key, now
from services.domain.journey import Journey, Prompt
from services.domain.offering import agreed, information, invite, refer, to_be_asked
from services.domain.policy import Policy
from services.domain.referral_states import TERMINAL
from services.domain.rules.again import is_open
from services.domain.rules.agreements import agreement_in
from services.domain.rules.news import is_old_news
from services.domain.rules.person import capacity, decided_for_them, identity, impression, safety, wish

_FINAL = frozenset({"refer", "not-now", "not-suitable", "person-declined"})
_ABOUT_HELP = frozenset({"invitation", "referral", "unsure"})
_Rest = Literal["not-now", "not-suitable", "person-declined"]


def take_answer(
    journey: Journey, event: Event, answer: PromptAnswer, policy: Policy
) -> tuple[Decisions, ...] | Refusal:
    """What an answer causes. ``journey`` has the event applied."""
    prompt = next((item for item in journey.prompts if item.id == answer.prompt), None)
    if prompt is None:
        return Refusal("prompt-not-known")
    if prompt.answer in _FINAL:
        return (_out_of_sequence(event, "the prompt has had its answer"),)
    if prompt.withdrawn is not None:
        return (_out_of_sequence(event, "the prompt was withdrawn"),)
    agreement = agreement_in(journey, event, policy)
    rest = _rest(journey, event, answer, agreement, policy)
    if rest is not None:
        taken, rules = rest
        return (_taken(journey, event, prompt, answer, taken, policy, rules), *_unsure(journey, event, prompt, policy))
    if any(item.status not in TERMINAL for item in journey.referrals):
        return (_out_of_sequence(event, "a referral is open"),)
    if agreement is not None:
        return (agreed(event, prompt), *refer(event, prompt, agreement, policy))
    if prompt.answer == "invite":
        words = (
            "the person was invited before" if answer.answer == "invite" else "no agreement of the person is recorded"
        )
        return (_out_of_sequence(event, words),)
    if any(is_open(item, journey) for item in journey.prompts if item.id != prompt.id):
        return (_out_of_sequence(event, "another prompt is open by now"),)
    unagreed = answer.answer == "refer"
    asked = to_be_asked(event, prompt, unagreed=unagreed)
    return (asked, *invite(journey, event, prompt, policy, unagreed=unagreed))


def _rest(
    journey: Journey, event: Event, answer: PromptAnswer, agreement: Agreement | None, policy: Policy
) -> tuple[_Rest, tuple[str, ...]] | None:
    """The answer as it counts where it invites and refers nobody, and the rules that say so.

    Nobody is invited or referred against their own words; a clinician's
    impression is not theirs, and is no more than "not now".
    """
    stated = answer.answer
    yes = stated in ("invite", "refer")
    if yes and not decided_for_them(agreement) and capacity(journey, policy):
        return "not-now", ("safety.capacity",)
    if yes and wish(journey, policy):
        return "person-declined", ("wish.does-not-want",)
    if stated != "not-suitable" and agreement is None and impression(answer.wish, policy):
        return "not-now", ("wish.impression",)
    if stated == "invite" or stated == "refer":
        return ("not-now", ("news.old",)) if is_old_news(journey, event, policy) else None
    return stated, (f"again.{stated}",)


def _unsure(journey: Journey, event: Event, prompt: Prompt, policy: Policy) -> list[Decisions]:
    """A person who says that they are not sure gets a page about the help, unless they had one before."""
    stated = event.facts.wish if isinstance(event.facts, PromptAnswer) else None
    if stated is None or stated.by != "person" or stated.wish != "not-sure" or not policy.on("information.unsure"):
        return []
    had = any(item.purpose in _ABOUT_HELP for item in journey.information)
    if had or is_old_news(journey, event, policy) or identity(journey, event, policy):
        return []
    if safety(journey, policy) or capacity(journey, policy):
        return []
    return [information(event, prompt, "unsure", prompt.id, policy)]


def _taken(
    journey: Journey, event: Event, prompt: Prompt, answer: PromptAnswer, taken: _Rest, policy: Policy,
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
        answer=taken,
        ask_again=now(journey) + timedelta(days=days),
    )


def _out_of_sequence(event: Event, words: str) -> OutOfSequence:
    return OutOfSequence(
        rules=("referral.states",), evidence=(key(event),), sentence=f"Kept, and nothing else: {words}.", about="prompt"
    )
