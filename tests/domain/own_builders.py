"""What people say for themselves in tests of the core."""

from __future__ import annotations

from typing import Any

from domain_builders import PROVIDER, agreement, event, of_fact, on

from schemas.facts import ConsentRecorded, ConsentWithdrawn, Event, Objection, PersonAnswer, PersonAnswerKind


def person_said(day: float, kind: PersonAnswerKind, prompt: str | None = None, **changes: Any) -> Event:
    """The person's own answer; with their agreement where they agree."""
    given = agreement(int(day)) if kind == "agrees" else None
    stated = {"by": "person", "on": on(int(day)), "how": "own-page", "words": "words-1", "agreement": given}
    facts = PersonAnswer(answer=kind, prompt=prompt, **{**stated, **of_fact(PersonAnswer, changes)})
    return event(day, facts, **changes)


def consented(day: float, **changes: Any) -> Event:
    """The person agreed to something: to be referred to our provider, unless it is told otherwise."""
    stated = {
        "id": "agreement-1", "by": "person", "on": on(int(day)), "purpose": "referral",
        "items": ("work-plan", "contact"), "how": "written", "asked_by": "Example Nurse", "words": "words-1",
        "recorded_by": "gp-practice", "recipient": PROVIDER,
    }  # fmt: skip
    return event(day, ConsentRecorded(**{**stated, **of_fact(ConsentRecorded, changes)}), **changes)


def taken_back(day: float, **changes: Any) -> Event:
    """The person took back what they agreed to: all of the referral to our provider, unless it is told otherwise."""
    stated = {"by": "person", "on": on(int(day)), "how": "spoken", "purpose": "referral", "recipient": PROVIDER}
    return event(day, ConsentWithdrawn(**{**stated, **of_fact(ConsentWithdrawn, changes)}), **changes)


def objected(day: float, **changes: Any) -> Event:
    """The person objects to their records being joined."""
    facts = Objection(**{"by": "person", "on": on(int(day)), "how": "written", **of_fact(Objection, changes)})
    return event(day, facts, **changes)
