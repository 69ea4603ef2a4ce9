"""National signals: something about the person changed, and only a look-up knows what (FACTS 5).

Until it has answered the journey is frozen: nothing goes out and nothing is cancelled, facts are still taken, and what
they would have led to is put off. An answer to the latest question counts, and no other.
"""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Event, LookupAnswered, NationalSignal, Organisation
from schemas.identifiers import made_id
from services.domain.decisions import (
    Decisions,
    LookupAsked,
    LookupTaken,
    OutOfSequence,
    Prompted,
    PutOff,
    Refusal,
    ReviewNeeded,
)
from services.domain.history import key, now
from services.domain.journey import Journey, Prompt
from services.domain.policy import Policy
from services.domain.prompting import held
from services.domain.rules.again import is_open
from services.domain.rules.person import identity, safety, wish
from services.domain.stopping import UnderWay, frozen, lift, stop

_FROZEN = ("signal.freezes",)
_WORDS = {
    "found": "The register was asked, and knows the person",
    "replaced": "The register has another number in place of this one: a person must look at it, and nothing goes out",
    "invalidated": "The register says that this number is not valid: a person must look at it, and nothing goes out",
    "not-found": "The register does not know this number: a person must look at it, and nothing goes out",
}


def take_signal(journey: Journey, event: Event, policy: Policy, signal: NationalSignal) -> tuple[Decisions, ...]:
    """What a signal causes: the journey is frozen, and the register is asked. ``journey`` has the event applied."""
    if not policy.on("signal.freezes"):
        return ()
    asked = LookupAsked(
        rules=_FROZEN, evidence=(key(event),), sentence="The register is asked what has changed.",
        question=question_of(event), signal=signal.kind,
    )  # fmt: skip
    return (*stop(journey, event, "suspended", "signal.freezes", policy), asked)


def question_of(signal: Event) -> str:
    """The identifier of the question that a signal leads to."""
    return made_id(signal.source, signal.id, "lookup", "person", "0")


def take_lookup(
    journey: Journey, event: Event, answer: LookupAnswered, policy: Policy
) -> tuple[Decisions, ...] | Refusal:
    """What an answer causes by itself. ``journey`` has the event applied; what was put off is not decided here."""
    signals = (fact for fact in journey.facts if isinstance(fact.facts, NationalSignal))
    if answer.question not in map(question_of, signals):
        return Refusal("question-not-known")
    waits = journey.lookup
    if waits is None or not waits.open or waits.question != answer.question:
        words = "Kept, and nothing else: the question has had its answer, or was asked anew."
        return (OutOfSequence(rules=_FROZEN, evidence=(key(event),), sentence=words, about="lookup"),)
    died = {"formal": ": they have died", "informal": ": somebody says that they have died, nobody has registered it"}
    taken = LookupTaken(
        rules=_FROZEN, evidence=(key(event),),
        sentence=_WORDS[answer.result] + died.get(answer.death or "", "") + ".", question=answer.question,
        result=answer.result, death=answer.death,
    )  # fmt: skip
    if answer.result != "found" or answer.death == "informal":
        return (taken,)
    if answer.death == "formal":
        if not policy.on("signal.death"):
            return (taken,)
        return (
            taken,
            *stop(journey, event, "death", "signal.death", policy),
            *lift(journey, event, "suspended", "signal.freezes"),
        )
    return (
        taken,
        *lift(journey, event, "death", "signal.death"),
        *_ended_by_mistake(journey, event),
        *lift(journey, event, "suspended", "signal.freezes"),
    )


def put_off(journey: Journey, event: Event) -> tuple[Decisions, ...] | None:
    """That an event is decided on later; none where the journey is not frozen, or the event is about the look-up."""
    if isinstance(event.facts, NationalSignal | LookupAnswered) or not frozen(journey):
        return None
    return (
        PutOff(
            rules=_FROZEN, evidence=(key(event),),
            sentence="Put off: something about the person has changed, and is looked up.",
        ),
    )  # fmt: skip


def rerouted(journey: Journey, event: Event, policy: Policy, *, moved: bool) -> tuple[Decisions, ...]:
    """Prompts that wait for a practice that is not the person's any more go to the one that the register names.

    ``journey`` has applied all that the answer led to before; ``moved``: a signal said that the practice changed.
    """
    practice = event.facts.practice if isinstance(event.facts, LookupAnswered) else None
    if practice is None or not moved or journey.stops or not policy.on("signal.practice"):
        return ()
    left = tuple(
        prompt
        for prompt in journey.prompts
        if is_open(prompt, journey)
        and (prompt.answer, prompt.owner_kind) == (None, "gp-practice")
        and prompt.owner.ods != practice.ods
    )
    made = stop(journey, event, "practice-changed", "signal.practice", policy, UnderWay(left))
    hold = safety(journey, policy) or wish(journey, policy) or identity(journey, event, policy)
    if hold is not None and left:
        kept = held(hold, journey, event, policy, None)
        return (*made, kept) if kept is not None else made
    return (*made, *(_asked_anew(prompt, practice, event, journey, policy) for prompt in left))


def _asked_anew(prompt: Prompt, practice: Organisation, event: Event, journey: Journey, policy: Policy) -> Prompted:
    return Prompted(
        rules=("signal.practice",),
        evidence=tuple(sorted({*prompt.evidence, key(event)})),
        sentence=prompt.sentence,
        prompt=made_id(event.source, event.id, "prompt", practice.ods, "0"),
        owner=practice,
        owner_kind="gp-practice",
        track=prompt.track,
        work=prompt.work,
        unknown=prompt.unknown,
        lapses=now(journey) + timedelta(days=policy.prompt.lapse_days),
    )


def _ended_by_mistake(journey: Journey, event: Event) -> tuple[Decisions, ...]:
    """What a death that was none has ended: it is listed for a person."""
    if not any(item.reason == "death" for item in journey.stops):
        return ()
    prompts = tuple(item.id for item in journey.prompts if item.withdrawn == "death")
    referrals = tuple(
        item.id for item in journey.referrals if item.cancellation is not None and item.cancellation.reason == "death"
    )
    pages = tuple(item.id for item in journey.information if item.withdrawn == "death")
    if not (prompts or referrals or pages):
        return ()
    named = [f"{kind} {', '.join(ids)}" for kind, ids in (("prompts", prompts), ("referrals", referrals),
                                                          ("pages", pages)) if ids]  # fmt: skip
    return (
        ReviewNeeded(
            rules=("signal.death",), evidence=(key(event),),
            sentence=f"The person has not died: somebody must look at what was stopped: {'; '.join(named)}.",
            prompts=prompts, referrals=referrals, pages=pages,
        ),
    )  # fmt: skip
