"""Evidence of chronic pain (study: identification; definition of chronic)."""

from __future__ import annotations

from datetime import date

import msgspec

from schemas.codes import ICD11, SNOMED
from schemas.facts import Coding, Event, FitNote
from services.domain.decisions import EventKey
from services.domain.history import clinical_date, discharges, key, nominations, notes, therapies
from services.domain.journey import Journey
from services.domain.months import add_months
from services.domain.policy import Policy


class Evidence(msgspec.Struct, frozen=True):
    """Which rules see chronic pain, on which events, and in words."""

    rules: tuple[str, ...]
    events: tuple[EventKey, ...]
    words: tuple[str, ...]
    first: date


def evidence(journey: Journey, policy: Policy) -> Evidence | None:
    """What the facts show; none when they show no chronic pain."""
    coded = [event for event, note in notes(journey) if any(is_narrow(code, policy) for code in note.conditions)]
    on_notes = [(event, note.conditions) for event, note in notes(journey)]
    in_therapy = [(event, therapy.conditions) for event, therapy in therapies(journey)]
    again = _recurring(on_notes, policy)
    with_therapy = _recurring([*on_notes, *in_therapy], policy) if in_therapy else []
    service = [event for event, _ in discharges(journey)]
    marked = [event for event, _ in nominations(journey)]
    found = [
        (rule, events, words)
        for rule, events, words in (
            ("evidence.narrow-code", coded, "a fit note names a condition of chronic pain"),
            ("evidence.pain-service", service, "a pain service has treated the person"),
            ("evidence.recurring-pain", again, "pain is coded on fit notes that are months apart"),
            (
                "evidence.recurring-therapy",
                with_therapy if with_therapy != again else [],
                "pain was treated, or is coded on fit notes, at times that are months apart",
            ),
            ("evidence.clinician", marked, "a clinician has put the person forward"),
        )
        if events and policy.on(rule)
    ]
    if not found:
        return None
    events = sorted({event.order: event for _, seen, _ in found for event in seen}.values(), key=lambda e: e.order)
    return Evidence(
        tuple(rule for rule, _, _ in found),
        tuple(key(event) for event in events),
        tuple(words for _, _, words in found),
        min(clinical_date(event) for event in events),
    )


def is_narrow(coding: Coding, policy: Policy) -> bool:
    """Whether a code is of the narrow list, or of ICD-11's chronic pain."""
    if coding.system == ICD11:
        return coding.code.startswith(policy.evidence.icd11_prefixes)
    return coding.system == SNOMED and coding.code in policy.evidence.narrow


def is_pain(coding: Coding, policy: Policy) -> bool:
    """Whether a code is of the wider list; the narrow one is always in it."""
    return is_narrow(coding, policy) or (coding.system == SNOMED and coding.code in policy.evidence.wider)


def is_of_something_else(note: FitNote, policy: Policy) -> bool:
    """Whether a note is coded, and to nothing that is pain."""
    return bool(note.conditions) and not any(is_pain(code, policy) for code in note.conditions)


def _recurring(told: list[tuple[Event, tuple[Coding, ...]]], policy: Policy) -> list[Event]:
    """The first and the last event that name pain, where they are far enough apart."""
    seen = [event for event, conditions in told if any(is_pain(code, policy) for code in conditions)]
    if len(seen) < 2:
        return []
    first, last = min(seen, key=clinical_date), max(seen, key=clinical_date)
    months = policy.evidence.recurring_months
    return [first, last] if add_months(clinical_date(first), months) <= clinical_date(last) else []
