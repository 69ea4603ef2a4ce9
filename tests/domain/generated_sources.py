"""Random events of the sources beside notes, pain services and job centres: what generated histories are made of."""

from __future__ import annotations

from typing import get_args

from domain_builders import ANKLE_SPRAIN, CHRONIC_PAIN, OTHER_PRACTICE, Walk, agreement, on
from generated_parts import Told, mostly
from hypothesis import strategies as st

from schemas.facts import (
    CorrectionKind,
    Facts,
    FitNote,
    FitNoteCorrection,
    IntroducedBy,
    Introduction,
    JobCentreFlagCleared,
    TherapyDischarge,
    Wish,
)
from services.domain.corrections import as_stated


def corrections(notes: st.SearchStrategy[Told]) -> st.SearchStrategy[Told]:
    """Of a note that is there, by its event or its own identifier, or of one that nobody has heard of."""

    def told(kind: CorrectionKind, which: int, named: bool, known: bool, note: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            noted = [event for event in walk.journey.facts if as_stated(event) is not None]
            if known and not noted:
                return note(day, walk)
            event = noted[which % len(noted)] if known else None
            stated = as_stated(event) if event is not None else None
            by_name = stated is not None and stated.names and named
            return FitNoteCorrection(
                kind,
                event.event_id if event is not None and not by_name else None,
                stated.names if stated is not None and by_name else () if event is not None else ("urn:example|none",),
                (f"urn:example:notes|{day - 1}",) if kind == "duplicate-issued" else (),
                anew if kind == "replaced" and isinstance(anew := note(day, walk), FitNote) else None,
            )

        return make

    return st.builds(
        told,
        st.sampled_from(get_args(CorrectionKind)),
        mostly(-1, 0, 1),
        mostly(True, False),
        mostly(True, False, times=6),
        notes,
    )


def therapies() -> st.SearchStrategy[Told]:
    """A therapy ends, of pain or of something else."""

    def told(kind, codes, gp) -> Told:
        return lambda day, _: TherapyDischarge(kind, on(day), codes, None, gp)

    return st.builds(
        told, mostly("physiotherapy", "rheumatology"), mostly((CHRONIC_PAIN,), (), (ANKLE_SPRAIN,)),
        mostly(None, OTHER_PRACTICE),
    )  # fmt: skip


def introductions(wishes: st.SearchStrategy[Wish]) -> st.SearchStrategy[Told]:
    """Somebody comes forward or is brought, with a wish or without."""

    def told(by: IntroducedBy, wish: Wish | None, organisation, work) -> Told:
        return lambda day, _: Introduction(by, agreement(day), on(day), wish, organisation, work)

    return st.builds(
        told,
        mostly("self", "support-group", "community-group", "library"),
        mostly(False, True).flatmap(lambda stated: wishes if stated else st.none()),
        mostly(None, OTHER_PRACTICE),
        mostly(None, "out-of-work", "in-work"),
    )


def clearings() -> st.SearchStrategy[Told]:
    """A job centre takes its word back."""
    return st.just(lambda day, _: JobCentreFlagCleared(on(day)))
