"""What a fit note and its corrections lead to: what stands is weighed, and brings its one page."""

from __future__ import annotations

from schemas.facts import Event, FitNoteCorrection
from schemas.identifiers import made_id
from services.domain.corrections import corrected, meant
from services.domain.decisions import Decisions, EventKey, InformationDue, OutOfSequence
from services.domain.history import key, note_of
from services.domain.issued import issued
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.prompting import consider
from services.domain.rules.news import is_old_news
from services.domain.rules.person import identity, safety


def take_note(journey: Journey, event: Event, policy: Policy) -> tuple[Decisions, ...]:
    """What a note causes, be it a first one or one in the place of another. ``journey`` has the event applied.

    One that was corrected before it came causes nothing: its correction has said what there is to say.
    """
    if is_old_news(journey, event, policy) or event.event_id in corrected(journey.facts):
        return ()
    considered = consider(journey, event, policy)
    made: list[Decisions] = [considered] if considered is not None else []
    return (*made, *_page(journey, event, policy))


def take_correction(
    journey: Journey, event: Event, correction: FitNoteCorrection, policy: Policy
) -> tuple[Decisions, ...]:
    """What a correction causes: what is left is weighed anew. ``journey`` has the event applied."""
    if correction.kind == "replaced":
        return take_note(journey, event, policy)
    if not meant(event, correction, journey.facts):
        return (
            OutOfSequence(
                rules=("note.named",),
                evidence=(key(event),),
                sentence="Kept, and nothing else: the fit note that it corrects is not known yet.",
                about="note",
            ),
        )
    if correction.kind == "duplicate-issued" or is_old_news(journey, event, policy):
        return ()
    considered = consider(journey, event, policy)
    return (considered,) if considered is not None else ()


def _page(journey: Journey, event: Event, policy: Policy) -> list[Decisions]:
    """Every fit note brings one page; not where it would hurt (a safety code) or reach the wrong person.

    One is enough for all that was told of a note, its corrections included.
    """
    if not policy.on("information.note") or identity(journey, event, policy) or safety(journey, policy):
        return []
    note = note_of(event)
    beside = next((found.told_by for found in issued(journey, policy) if key(event) in found.told_by), ())
    had = {item.about for item in journey.information}
    if note is None or any(_about(told) in had for told in (*beside, *_replaced(journey, event))):
        return []
    return [
        InformationDue(
            rules=("information.note",),
            evidence=(key(event),),
            sentence="A fit note brings one page of information.",
            information=made_id(event.source, event.id, "information", "person", "note"),
            purpose="note",
            about=_about(key(event)),
            sender=note.issuer,
            template=policy.templates.version,
        )
    ]


def _replaced(journey: Journey, event: Event) -> list[EventKey]:
    if not isinstance(event.facts, FitNoteCorrection):
        return []
    return [key(other) for other in meant(event, event.facts, journey.facts)]


def _about(told: EventKey) -> str:
    return made_id(told.source, told.id, "note", "person", "0")
