"""What the person themselves said last, told anew from the facts: a fault of the core is not repeated here."""

from __future__ import annotations

from datetime import date, datetime

from schemas.facts import Introduction, Nomination, PromptAnswer
from services.domain.journey import Journey
from services.domain.policy import Policy


def last_own_word(journey: Journey, policy: Policy) -> str | None:
    """Their latest word on their wish; an agreement to be referred is a yes, and so is coming forward."""
    latest: tuple[date, datetime, str, str] | None = None
    word = None
    for fact in journey.facts:
        told = fact.facts
        sure = fact.person is None or fact.person.verification != "not-verified"
        if not isinstance(told, PromptAnswer) and not (isinstance(told, Nomination | Introduction) and sure):
            continue
        said: list[tuple[date, str]] = []
        if isinstance(told, Introduction) and told.by == "self":
            said.append((min(told.on or fact.time.date(), fact.time.date()), "yes"))
        refers = isinstance(told, Nomination) or (isinstance(told, PromptAnswer) and told.answer == "refer")
        if refers and told.agreement and told.agreement.recipient.ods == policy.provider.ods:
            said.append((min(told.agreement.on, fact.time.date()), "yes"))
        if told.wish and told.wish.by == "person":
            said.append((min(told.wish.on or fact.time.date(), fact.time.date()), told.wish.wish))
        for day, new in said:
            if latest is None or (day, *fact.order) >= latest:
                latest, word = (day, *fact.order), new
    return word
