"""A clinician puts somebody forward of their own accord: they have asked already, so invitation or referral follow."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from schemas.facts import Agreement, Event, Nomination, OrganisationKind
from schemas.identifiers import made_id
from services.domain.decisions import Decisions, Nominated
from services.domain.evolve import evolve
from services.domain.history import key, now
from services.domain.journey import Journey, Prompt
from services.domain.offering import agreed, invite, refer, to_be_asked
from services.domain.policy import Policy
from services.domain.prompting import held
from services.domain.rules.again import already_helped, asked_before, is_open
from services.domain.rules.agreements import agreement_in
from services.domain.rules.evidence import Evidence, evidence
from services.domain.rules.holds import NO_EVIDENCE, Hold
from services.domain.rules.news import is_old_news
from services.domain.rules.person import (
    age,
    capacity,
    decided_for_them,
    declined,
    identity,
    impression,
    other_programme,
    safety,
    wish,
)
from services.domain.rules.whom import kind_of_nominator
from services.domain.rules.work import situation

_OLD = Hold("old-news", "news.old", "this happened long ago, or was sent as backfill")
_NOT_NOW = Hold("not-now", "wish.impression", "who puts the person forward thinks that they do not want this")


def take_nomination(journey: Journey, event: Event, nomination: Nomination, policy: Policy) -> tuple[Decisions, ...]:
    """What a nomination causes: an invitation, a referral or a hold. ``journey`` has the event applied."""
    found = evidence(journey, policy)
    agreement = agreement_in(journey, event, policy)
    waiting = _waiting(journey, nomination, agreement)
    hold = _OLD if is_old_news(journey, event, policy) else identity(journey, event, policy)
    if hold is None and found is not None:
        hold = _hold(journey, nomination, agreement, found, waiting, policy)
        if hold is None:
            return _put_forward(journey, event, nomination, agreement, found, waiting, policy)
    kept = held(hold or NO_EVIDENCE, journey, event, policy, found)
    return (kept,) if kept is not None else ()


def _waiting(journey: Journey, nomination: Nomination, agreement: Agreement | None) -> Prompt | None:
    """The open prompt that a nomination answers: one's own, and with the person's agreement any.

    After an invitation only the agreement is an answer.
    """
    for prompt in journey.prompts:
        own = prompt.answer is None and prompt.owner.ods == nomination.by.ods
        if is_open(prompt, journey) and (own or agreement is not None):
            return prompt
    return None


def _hold(
    journey: Journey, nomination: Nomination, agreement: Agreement | None, found: Evidence, waiting: Prompt | None,
    policy: Policy,
) -> Hold | None:  # fmt: skip
    helped = already_helped(journey, policy)
    if helped is not None and helped.reason != "already-referred" and waiting is not None:
        helped = None
    unwilling = agreement is None and impression(nomination.wish, policy)
    return (
        safety(journey, policy)
        or (None if decided_for_them(agreement) else capacity(journey, policy))
        or wish(journey, policy)
        or (_NOT_NOW if unwilling else None)
        or other_programme(journey, policy)
        or helped
        or declined(journey, policy)
        or (None if policy.on("again.nomination") else _too_soon(journey, nomination, found, waiting, policy))
        or age(journey, policy)
    )


def _too_soon(
    journey: Journey, nomination: Nomination, found: Evidence, waiting: Prompt | None, policy: Policy
) -> Hold | None:
    return None if waiting is not None else asked_before(journey, nomination.by, found, policy)


def _put_forward(
    journey: Journey, event: Event, nomination: Nomination, agreement: Agreement | None, found: Evidence,
    waiting: Prompt | None, policy: Policy,
) -> tuple[Decisions, ...]:  # fmt: skip
    unagreed = agreement is None and nomination.agreement is not None
    kind = kind_of_nominator(nomination, journey)
    first: Decisions
    if waiting is None:
        first = _nominated(journey, event, nomination, agreement, kind, found, policy)
        prompt = evolve(journey, first).prompts[-1]
    else:
        first = to_be_asked(event, waiting, unagreed=unagreed) if agreement is None else agreed(event, waiting)
        prompt = replace(waiting, owner=nomination.by, owner_kind=kind, nomination=key(event))
    if agreement is not None:
        return (first, *refer(event, prompt, agreement, policy))
    return (first, *invite(journey, event, prompt, policy, unagreed=unagreed))


def _nominated(
    journey: Journey, event: Event, nomination: Nomination, agreement: Agreement | None, kind: OrganisationKind,
    found: Evidence, policy: Policy,
) -> Nominated:  # fmt: skip
    work = situation(journey, policy)
    waived = _too_soon(journey, nomination, found, None, policy) is not None
    return Nominated(
        rules=(*found.rules, *work.rules, *(["again.nomination"] if waived else [])),
        evidence=tuple(sorted({key(event), *found.events, *work.events})),
        sentence=(
            "A clinician put the person forward for Individual Placement and Support, to"
            f" {work.track.replace('-', ' ')}. It is voluntary."
        ),
        prompt=made_id(event.source, event.id, "prompt", nomination.by.ods, "0"),
        nomination=key(event),
        owner=nomination.by,
        owner_kind=kind,
        track=work.track,
        work=work.work,
        answer="invite" if agreement is None else "refer",
        lapses=now(journey) + timedelta(days=policy.prompt.lapse_days),
    )
