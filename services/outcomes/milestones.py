"""What one journey has reached, and when: from its facts and commitments, never stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

import msgspec

from schemas.facts import AnswerKind, PersonAnswerKind, Wish
from schemas.support_facts import ProgressKind, ReferralUpdate
from services.domain.decisions import Track
from services.domain.history import answers, introductions, nominations, person_answers, progress
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.rules.evidence import evidence
from services.domain.rules.work import situation

#: The stages of the funnel, in their order.
Stage = Literal[
    "evidence", "prompt", "answer", "invitation", "agreement", "referral", "acceptance", "first-contact",
    "vocational-profile", "job", "13-weeks",
]  # fmt: skip
STAGES: tuple[Stage, ...] = get_args(Stage)
_STEPS: dict[Stage, ProgressKind] = {
    "first-contact": "first-contact",
    "vocational-profile": "vocational-profile-started",
    "job": "job-started",
    "13-weeks": "in-work-13-weeks",
}
_ACCEPTED = "3.0"
#: What an answer of the person's own says of their wish; to rest or to be called says nothing of it.
_OWN_WORDS: dict[PersonAnswerKind, Wish] = {
    "agrees": Wish("keen", "person"),
    "does-not-want": Wish("does-not-want", "person"),
}


class Asked(msgspec.Struct, frozen=True):
    """One prompt: whom, and what was answered; none: nothing yet, or it lapsed."""

    organisation: str
    answer: AnswerKind | None


class Milestones(msgspec.Struct, frozen=True):
    """The first day of each stage that was reached. ``source`` is the type of event that was the first evidence."""

    reached: dict[Stage, date]
    source: str
    track: Track
    organisation: str | None
    asked: tuple[Asked, ...]
    wish: Wish | None


def milestones(journey: Journey, policy: Policy) -> Milestones | None:
    """What a journey has reached; none where there is no evidence of chronic pain, and nobody was asked."""
    found = evidence(journey, policy)
    if found is None and not journey.prompts:
        return None
    asked = {prompt.id for prompt in journey.prompts}
    days: dict[Stage, Iterable[date]] = {
        "evidence": [found.first] if found else [],
        "prompt": [prompt.made.date() for prompt in journey.prompts],
        "answer": [
            *(event.time.date() for event, answer in answers(journey) if answer.prompt in asked),
            *(prompt.answered.date() for prompt in journey.prompts if prompt.answered),
        ],
        "invitation": [told.on.date() for told in journey.information if told.purpose == "invitation"],
        "agreement": [referral.agreement.on for referral in journey.referrals],
        "referral": [referral.requested.date() for referral in journey.referrals],
        "acceptance": [
            event.time.date()
            for event in journey.facts
            if isinstance(event.facts, ReferralUpdate) and event.facts.status == _ACCEPTED
        ],
        **{stage: _days(journey, kind) for stage, kind in _STEPS.items()},
    }
    types = {(event.source, event.id): event.type for event in journey.facts}
    return Milestones(
        reached={stage: min(on) for stage, on in ((stage, list(days[stage])) for stage in STAGES) if on},
        source=types[(found.events[0].source, found.events[0].id)] if found else "not known",
        track=journey.prompts[-1].track if journey.prompts else situation(journey, policy).track,
        organisation=journey.prompts[0].owner.ods if journey.prompts else None,
        asked=tuple(Asked(prompt.owner.ods, prompt.answer) for prompt in journey.prompts),
        wish=_latest_wish(journey),
    )


def _days(journey: Journey, kind: ProgressKind) -> list[date]:
    return [step.on for _, step in progress(journey) if step.kind == kind]


def _latest_wish(journey: Journey) -> Wish | None:
    """The wish that the facts state last, whoever's words it is: a clinician's impression counts here too."""
    told = [
        *((event, answer.wish) for event, answer in answers(journey)),
        *((event, nomination.wish) for event, nomination in nominations(journey)),
        *((event, introduction.wish) for event, introduction in introductions(journey)),
        *((event, _OWN_WORDS.get(said.answer)) for event, said in person_answers(journey)),
    ]
    stated = sorted(((event.order, wish) for event, wish in told if wish is not None), key=lambda item: item[0])
    return stated[-1][1] if stated else None
