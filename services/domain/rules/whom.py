"""Whom to ask: the note's issuer, or the pain service at discharge; never a job centre (study: time of HCPs)."""

from __future__ import annotations

import msgspec

from schemas.facts import Event, FitNote, Nomination, Organisation, OrganisationKind, PainDischarge
from services.domain.history import discharges, introductions, nominations, notes, therapies
from services.domain.journey import Journey
from services.domain.policy import Policy


class Asked(msgspec.Struct, frozen=True):
    """The organisation that is asked, the rule that says so, and who gets a copy."""

    owner: Organisation
    kind: OrganisationKind
    rule: str
    copied: Organisation | None = None


def whom(journey: Journey, event: Event, policy: Policy) -> Asked | None:
    """Whom to ask about this event; none when no fact names anybody."""
    match event.facts:
        case PainDischarge() as discharge:
            return (
                _service([discharge], journey, policy)
                or _issuer(journey, policy)
                or _nominator(journey, policy)
                or _practice(journey, policy)
            )
        case FitNote(issuer=Organisation() as issuer) if policy.on("whom.issuer"):
            return Asked(issuer, "gp-practice", "whom.issuer")
        case _:
            every = [item for _, item in discharges(journey)]
            return (
                _issuer(journey, policy)
                or _service(every, journey, policy)
                or _nominator(journey, policy)
                or _practice(journey, policy)
            )


def practice(journey: Journey, prompt: str) -> Organisation | None:
    """The person's practice: who got a copy of the prompt, else who a discharge names, else who issued a note last."""
    copied = next((item.copied for item in journey.prompts if item.id == prompt), None)
    named = [item.gp for _, item in discharges(journey) if item.gp]
    issuers = [note.issuer for _, note in notes(journey) if note.issuer]
    return copied or next(reversed(named or issuers), None)


def kind_of_nominator(nomination: Nomination, journey: Journey) -> OrganisationKind:
    """What the organisation of a nominating clinician is: as stated, or as a discharge names it; else a practice."""
    known = any(item.service and item.service.ods == nomination.by.ods for _, item in discharges(journey))
    return nomination.kind or ("pain-service" if known else "gp-practice")


def _issuer(journey: Journey, policy: Policy) -> Asked | None:
    issuers = [note.issuer for _, note in notes(journey) if note.issuer]
    return Asked(issuers[-1], "gp-practice", "whom.issuer") if issuers and policy.on("whom.issuer") else None


def _nominator(journey: Journey, policy: Policy) -> Asked | None:
    """Who put the person forward, where that could not be acted on at the time."""
    found = [nomination for _, nomination in nominations(journey)]
    if not found or not policy.on("whom.clinician"):
        return None
    return Asked(found[-1].by, kind_of_nominator(found[-1], journey), "whom.clinician")


def _practice(journey: Journey, policy: Policy) -> Asked | None:
    """The practice that a discharge names last, else the organisation that an introduction does."""
    if not policy.on("whom.practice"):
        return None
    known = {event.order: item.gp for event, item in discharges(journey) if item.gp is not None}
    known |= {event.order: item.gp for event, item in therapies(journey) if item.gp is not None}
    if known:
        return Asked(known[max(known)], "gp-practice", "whom.practice")
    wished = [item.organisation for _, item in introductions(journey) if item.organisation is not None]
    return Asked(wished[-1], "gp-practice", "whom.practice") if wished else None


def _service(found: list[PainDischarge], journey: Journey, policy: Policy) -> Asked | None:
    named = [item for item in found if item.service]
    if not named or named[-1].service is None or not policy.on("whom.pain-service"):
        return None
    practices = [note.issuer for _, note in notes(journey) if note.issuer]
    copied = named[-1].gp or (practices[-1] if practices else None)
    return Asked(named[-1].service, "pain-service", "whom.pain-service", copied)
