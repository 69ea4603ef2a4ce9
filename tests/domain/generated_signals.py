"""National signals and what their look-ups find, for generated histories: what is told on a day of a walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from domain_builders import OTHER_PRACTICE, PRACTICE, Walk
from hypothesis import strategies as st

from schemas.facts import Facts, LookupAnswered, LookupResult, NationalSignal, SignalKind
from services.domain.signals import question_of

Told = Callable[[int, Walk], Facts]


def signals() -> st.SearchStrategy[Told]:
    """A signal of any kind."""
    return st.builds(lambda kind: lambda day, walk: NationalSignal(kind), st.sampled_from(get_args(SignalKind)))


def lookups(otherwise: st.SearchStrategy[Told]) -> st.SearchStrategy[Told]:
    """Mostly the answer to the open question; where nothing was ever asked, something else."""

    def told(result: LookupResult, death, practice, latest: bool, known: bool, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            asked = [fact for fact in walk.journey.facts if isinstance(fact.facts, NationalSignal)]
            if known and not asked:
                return else_(day, walk)
            waits = walk.journey.lookup
            question = waits.question if latest and waits else question_of(asked[0]) if known else "no-such-question"
            return LookupAnswered(question, result, *((death, practice) if result == "found" else ()))

        return make

    often = ["found"] * 4
    return st.builds(
        told,
        st.sampled_from([*often, "replaced", "invalidated", "not-found", *often]),
        st.sampled_from([None] * 3 + ["formal", "informal"] + [None] * 3),
        st.sampled_from([OTHER_PRACTICE, None, PRACTICE, OTHER_PRACTICE]),
        st.sampled_from([True] * 4 + [False] + [True] * 4),
        st.sampled_from([True] * 10 + [False] + [True] * 10),
        otherwise,
    )
