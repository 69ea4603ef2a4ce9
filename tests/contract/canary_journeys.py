"""Whole journeys of the canary events, and where their canaries came out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from canary_consents import agrees_on_the_page, objection, recorded, withdrawn
from canary_events import discharge, document, fit_note, flag, looked_up, nomination, progress, refer, signal, update
from canary_sources import correction, flag_cleared, introduction, therapy
from canary_support import appointment, closing, tell_job_centre
from outbound_stories import Telling

from services.domain.outputs import Output
from services.domain.policy import Policy

ALL_ITEMS = ("contact", "work-plan", "condition")


def whole_journey(
    policy: Policy, *, first: str = "practice", items: tuple[str, ...] = ALL_ITEMS, agreed: bool = True
) -> Telling:
    """Notes, discharges, an agreement, a referral that moves on, and a flag; who is asked is who came first.

    ``agreed``: the person agreed that a job centre be told three things.
    """
    telling = Telling(policy)
    begins = {
        "practice": (fit_note("2026-01-05"), discharge("2026-01-06")),
        "pain-service": (discharge("2026-01-04", work="out-of-work"), fit_note("2026-01-05")),
    }
    for event in begins[first]:
        telling.tell(event)
    telling.tell(document("2026-01-07"))
    telling.tell(therapy("2026-01-07"))
    telling.tell(refer(telling.task(), "2026-01-08", (*items, "something-else")))
    telling.tell(update(telling.task(), "2026-01-09T09:00:00Z", "3.0"))
    if agreed:
        telling.tell(tell_job_centre(telling.journey.prompts[-1].id, "2026-01-09"))
    telling.tell(fit_note("2026-01-10", number=2))
    for kind in ("first-contact", "job-started", "in-work-13-weeks"):
        telling.tell(progress(telling.task(), "2026-01-11", kind))
    telling.tell(fit_note("2026-01-11", number=3))
    telling.tell(appointment(telling.task(), "2026-01-11"))
    telling.tell(update(telling.task(), "2026-01-12T09:00:00Z", "4.0"))
    telling.tell(flag("2026-01-14"))
    for minute, kind in enumerate(("pds-death-notification-2", "nhs-number-change-2", "pds-change-of-gp-2")):
        telling.tell(signal(kind, f"2026-01-15T08:0{minute}:00Z"))
    assert telling.journey.lookup is not None
    telling.tell(looked_up(telling.journey.lookup.question, "2026-01-15T08:05:00Z"))
    return telling


def brought_journey(policy: Policy) -> Telling:
    """A flag that holds no longer, a document that is replaced, therapy, and a group that brings the person."""
    telling = Telling(policy)
    telling.tell(flag("2026-01-05"))
    telling.tell(flag_cleared("2026-01-06"))
    telling.tell(document("2026-01-07"))
    telling.tell(correction("2026-01-08"))
    telling.tell(discharge("2026-01-09"))
    telling.tell(therapy("2026-01-10"))
    telling.tell(introduction("2026-01-11"))
    return telling


def nominated_journey(policy: Policy, items: tuple[str, ...]) -> Telling:
    """A clinician puts the person forward unasked; the referral is accepted, a job starts and support ends."""
    telling = Telling(policy)
    telling.tell(nomination("2026-01-05", items))
    telling.tell(update(telling.task(), "2026-01-09T09:00:00Z", "3.0"))
    telling.tell(progress(telling.task(), "2026-01-11"))
    telling.tell(closing(telling.task(), "2026-01-12"))
    return telling


def outspoken_journey(policy: Policy, items: tuple[str, ...] = ALL_ITEMS) -> Telling:
    """The person agrees for themselves, allows more, takes the referral back, and objects; another note comes."""
    telling = Telling(policy)
    telling.tell(fit_note("2026-01-05"))
    telling.tell(agrees_on_the_page(telling.task(), "2026-01-08", items))
    telling.tell(recorded("2026-01-09"))
    telling.tell(withdrawn("2026-01-10"))
    telling.tell(objection("2026-01-11"))
    telling.tell(fit_note("2026-01-12", number=2))
    return telling


def silent_journeys(policy: Policy) -> list[Output]:
    """Nobody answers a prompt until it lapses; a provider does not move until they are asked about it twice."""
    unanswered, unmoved = Telling(policy), Telling(policy)
    unanswered.tell(fit_note("2026-01-05"))
    unmoved.tell(fit_note("2026-01-05"))
    unmoved.tell(refer(unmoved.task(), "2026-01-06", ALL_ITEMS))
    for telling in (unanswered, unmoved):
        telling.wait_until(datetime(2026, 3, 1, tzinfo=UTC))
    return [*unanswered.outputs, *unmoved.outputs]


def found_in(outputs: Iterable[Output], canaries: dict[str, str]) -> dict[str, set[str]]:
    """The canaries on each topic: in the payloads and in all that stands around them."""
    found: dict[str, set[str]] = {}
    for output in outputs:
        around = msgspec.to_builtins(msgspec.structs.replace(output, data=b""))
        text = output.data.decode() + json.dumps(around)
        found.setdefault(output.topic, set()).update(name for name, canary in canaries.items() if canary in text)
    return found


def told(found: dict[str, set[str]]) -> dict[str, set[str]]:
    return {topic: names for topic, names in found.items() if names}
