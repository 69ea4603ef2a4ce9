"""``support-closed-1``: the IPS provider ended its support.

An EpisodeOfCare, ``finished``: the provider's care for this person from beginning to end, with the day in
``period.end``, the referral in ``referralRequest`` and the named worker as ``careManager``. Why it ended is an
extension of our own: FHIR R4 has no element for it.
"""

from __future__ import annotations

from schemas.codes import IPS, OWN, SNOMED
from schemas.events.event_type import EventType
from schemas.events.referral import referral_named
from schemas.events.worker import named_worker
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload
from schemas.support_facts import SupportClosed

#: Our own extension: why support ended, as a code.
CLOSED_BECAUSE = f"{OWN}/StructureDefinition/closed-because"


def _read(payload: Payload, focus: Entry) -> SupportClosed:
    episode = focus.read(_Episode)
    ended, referral = day(episode.period.end), referral_named(episode.referral_request)
    of_ips = any(coding.system == SNOMED and coding.code == IPS for kind in episode.type for coding in kind.coding)
    problems = [
        Problem("focus-not-usable", f"{focus.path}.{name}", words)
        for name, words, fits in (
            ("status", "finished is needed", episode.status == "finished"),
            ("type", "the code of Individual Placement and Support", of_ips),
            ("period.end", "the day is needed", ended is not None),
            ("referralRequest", "the identifier of the Task that was sent", referral is not None),
        )
        if not fits
    ]
    if problems or ended is None or referral is None:
        raise Refused(problems)
    worker = named_worker(payload, episode.care_manager, focus)
    return SupportClosed(ended, referral, view.code_of(episode.extension, CLOSED_BECAUSE), worker)


SUPPORT_CLOSED = EventType("support-closed-1", "the IPS provider ended its support", ("EpisodeOfCare",), _read)


class _Episode(view.Resource, frozen=True):
    status: str | None = None
    type: tuple[view.Concept, ...] = ()
    period: view.Period = view.Period()
    referral_request: tuple[view.Reference, ...] = ()
    care_manager: view.Reference | None = None
