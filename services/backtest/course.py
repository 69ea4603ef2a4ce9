"""One person's history walked under one policy or another: which prompts it would have brought. Pure.

What Fitpath itself made is made again: due events on a virtual clock. What
came from outside stays as it was, but an answer to a prompt that this course
did not make is taken as the answer to the one that it has open: people would
have answered much the same. Where none is open, there is nothing to answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from schemas.facts import Event
from schemas.identifiers import SubjectReference
from services.domain.decisions import Prompted, Refusal
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.step import step
from services.simulate import Waits


class Made(msgspec.Struct, frozen=True, order=True):
    """A prompt that a course brings: when, and to which organisation (ODS code)."""

    at: datetime
    organisation: str


class Course:
    """The journey of one person as it would have gone."""

    def __init__(self, subject: SubjectReference) -> None:
        self._journey = Journey(subject=subject)
        self._waits = Waits()
        self.prompts: list[Made] = []
        self.unanswerable = 0

    def take(self, event: Event, policy: Policy) -> None:
        """What is due before the event, then the event itself. Events come in the order of arrival."""
        self.due(event.recorded, policy)
        self._step(self._aimed(event), policy)

    def due(self, moment: datetime, policy: Policy) -> None:
        """Everything that is due up to a moment."""
        while (found := self._waits.next_due(moment)) is not None:
            subject, wait = found
            self._step(wait.due_event(subject), policy)

    def _step(self, event: Event, policy: Policy) -> None:
        stepped = step(self._journey, event, policy)
        if isinstance(stepped, Refusal):
            self.unanswerable += 1
            return
        self._journey = stepped.journey
        self._waits.add(event.subject, stepped.waits)
        self.prompts += [
            Made(stepped.journey.clock or event.recorded, decision.owner.ods)
            for decision in stepped.decisions
            if isinstance(decision, Prompted)
        ]

    def _aimed(self, event: Event) -> Event:
        """The event, naming what this course has where it names what another course had."""
        facts = event.facts
        for name, own in (("prompt", self._journey.prompts), ("referral", self._journey.referrals)):
            named = getattr(facts, name, None)
            if named is not None and own and named not in _ids(own):
                facts = msgspec.structs.replace(facts, **{name: own[-1].id})
        return event if facts is event.facts else msgspec.structs.replace(event, facts=facts)


def _ids(items: Iterable[object]) -> set[str]:
    return {str(getattr(item, "id", "")) for item in items}
