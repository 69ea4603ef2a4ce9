"""What the strategies of generated histories share."""

from __future__ import annotations

from collections.abc import Callable

from domain_builders import Walk
from hypothesis import strategies as st

from schemas.facts import Facts

#: The facts of an event of that day, once it is known what came of the events before.
Told = Callable[[int, Walk], Facts]


def mostly(usual: object, *others: object, times: int = 2) -> st.SearchStrategy:
    """The usual on both sides of the others: Hypothesis likes to try what stands at an end."""
    return st.sampled_from([usual] * times + list(others) + [usual] * times)
