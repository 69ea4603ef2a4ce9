"""What an event leaves waiting: steps with a due moment, fixed when the wait begins (EXACTNESS 9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import msgspec

from schemas.codes import SOURCE
from schemas.events.internal import WAIT_DUE
from schemas.facts import Event, WaitDue, WaitStep
from schemas.identifiers import SubjectReference, made_id
from services.domain.decisions import Decisions, Invited, Prompted, Referred
from services.domain.history import key, note_of, now
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.spell import Spell, spell_id, spells
from services.domain.working_days import after_working_days


class Wait(msgspec.Struct, frozen=True):
    """One step. ``id`` becomes the id of its due event; ``about`` is the chain: steps of one chain come in turn.

    From ``until`` on the step is overtaken by the next.
    """

    id: str
    step: WaitStep
    about: str
    due: datetime
    until: datetime | None = None

    def due_event(self, subject: SubjectReference) -> Event:
        """The event that says that its moment has come, on a virtual clock: recorded at that moment."""
        return Event(
            source=SOURCE, id=self.id, type=WAIT_DUE, time=self.due, recorded=self.due, subject=subject,
            facts=WaitDue(self.step, self.about, self.until),
        )  # fmt: skip


def begun(
    journey: Journey, event: Event, decisions: tuple[Decisions, ...], policy: Policy, settled: tuple[Event, ...] = ()
) -> tuple[Wait, ...]:
    """The waits that begin with an event. ``journey`` has it and its decisions applied. A wait begun before is the
    same wait: its id is. ``settled`` are the events that had been put off and were decided on with it.
    """
    return tuple(wait for made in decisions for wait in _of(made, journey, policy)) + tuple(
        wait for one in (event, *settled) for wait in _spell(journey, one, policy)
    )


def _of(made: Decisions, journey: Journey, policy: Policy) -> Iterator[Wait]:
    start = now(journey)
    match made:
        case Prompted(prompt=prompt, lapses=lapses):
            remind, escalate = (
                start + timedelta(days=days) for days in (policy.prompt.remind_days, policy.prompt.escalate_days)
            )
            if policy.on("chase.remind"):
                yield Wait(made_id(prompt, "remind"), "remind", prompt, remind, escalate)
            if policy.on("chase.escalate"):
                yield Wait(made_id(prompt, "escalate"), "escalate", prompt, escalate, lapses)
            if policy.on("chase.lapse"):
                yield Wait(made_id(prompt, "lapse"), "lapse", prompt, lapses)
        case Invited(prompt=prompt, invitation=invitation, lapses=lapses) if policy.on("chase.lapse"):
            yield Wait(made_id(invitation, "lapse"), "lapse", prompt, lapses)
        case Referred(referral=referral):
            accept, contact = (
                after_working_days(start, days, policy.calendar)
                for days in (policy.referral.accept_working_days, policy.referral.first_contact_working_days)
            )
            if policy.on("chase.accept"):
                yield Wait(made_id(referral, "accept"), "accept", referral, accept, contact)
            if policy.on("chase.first-contact"):
                yield Wait(made_id(referral, "first-contact"), "first-contact", referral, contact)
        case _:
            return


def _spell(journey: Journey, event: Event, policy: Policy) -> Iterator[Wait]:
    """An absence whose end nobody stated is looked at again when it has lasted long."""
    if journey.hold != "waiting-for-spell" or note_of(event) is None or not policy.on("when.open-spell"):
        return
    for spell in spells(journey, policy):
        if spell.open and key(event) in spell.told_by:
            about = spell_id(spell)
            yield Wait(made_id(about, "spell"), "spell", about, long_from(spell, policy))


def long_from(spell: Spell, policy: Policy) -> datetime:
    """When a spell has lasted long: at the beginning of the day after its last day of waiting (UTC)."""
    return datetime.combine(spell.start, time(), UTC) + timedelta(days=policy.spell.long_days)
