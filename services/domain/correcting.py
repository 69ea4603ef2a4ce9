"""What a fit note and its corrections lead to: what stands is weighed, and brings its one page."""

from __future__ import annotations

from schemas.facts import Event, FitNoteCorrection
from schemas.identifiers import EventId, made_id
from services.domain.corrections import corrected, meant
from services.domain.decisions import Decisions, EventKey, InformationDue, OutOfSequence
from services.domain.history import clinical_date, key, note_of, notes
from services.domain.issued import issued
from services.domain.journey import Journey, Prompt
from services.domain.policy import Policy
from services.domain.prompting import consider
from services.domain.rules.evidence import evidence
from services.domain.rules.news import is_old_news
from services.domain.rules.person import identity, safety
from services.domain.stopping import UnderWay, stop, under_way


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
        return (*_taken_back(journey, event, correction, policy), *take_note(journey, event, policy))
    if not meant(event, correction, journey.facts):
        return (
            OutOfSequence(
                rules=("note.named",),
                evidence=(key(event),),
                sentence="Kept, and nothing else: the fit note that it corrects is not known yet.",
                about="note",
            ),
        )
    withdrawn = _taken_back(journey, event, correction, policy)
    if correction.kind == "duplicate-issued" or is_old_news(journey, event, policy):
        return withdrawn
    considered = consider(journey, event, policy)
    return (*withdrawn, considered) if considered is not None else withdrawn


def _taken_back(journey: Journey, event: Event, correction: FitNoteCorrection, policy: Policy) -> tuple[Decisions, ...]:
    """Where nothing shows chronic pain any more, what asked on a note that was taken back waits for nobody.

    A referral goes on: it rests on the person's agreement and on a clinician who asked them.
    """
    if not policy.on("stop.note-in-error"):
        return ()
    gone = corrected(journey.facts)
    pages = [_about(told) for told in _in_vain(journey, event, correction)]
    prompts: tuple[Prompt, ...] = ()
    if evidence(journey, policy) is None:
        prompts = tuple(
            prompt
            for prompt in under_way(journey).prompts
            if any(EventId(told.source, told.id) in gone for told in prompt.evidence)
        )
        pages += [prompt.id for prompt in prompts]
    due = tuple(page.id for page in journey.information if page.about in pages and page.withdrawn is None)
    return stop(journey, event, "note-in-error", "stop.note-in-error", policy, UnderWay(prompts, pages=due))


def _in_vain(journey: Journey, event: Event, correction: FitNoteCorrection) -> list[EventKey]:
    """The notes in error whose page says what is not so: no other entry of that day stands beside them."""
    if correction.kind != "entered-in-error":
        return []
    standing = {clinical_date(other) for other, _ in notes(journey)}
    return [key(told) for told in meant(event, correction, journey.facts) if clinical_date(told) not in standing]


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
