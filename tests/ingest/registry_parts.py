"""What the tests of the registry of sources are made of: sources, callers with tokens, a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from schemas.events import EVENT_TYPES
from services.ingest.admission import Admission
from services.ingest.callers import Callers, hash_of
from services.ingest.rates import Rates
from services.sources import Source, Sources

GP, JOB_CENTRE = "https://gp-practice.example/fit-notes", "https://job-centre.example/flags"
LARGEST = 1_048_576


class HandClock:
    """Seconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def source(**changes: Any) -> Source:
    """A source that may send everything, but no backfill."""
    return Source(**{"types": tuple(EVENT_TYPES), **changes})


def admission_of(
    sources: Mapping[str, Source], tick: Callable[[], float] | None = None, *, largest: int = LARGEST,
    shared: bool = True,
) -> Admission:  # fmt: skip
    """Admission by these sources."""
    registered = Sources(sources)
    return Admission(registered, Rates(registered, tick or HandClock()), largest, shared)


def callers_of(**tokens: str) -> Callers:
    """Callers by their tokens in the clear."""
    return Callers({hash_of(token): uri for token, uri in tokens.items()})
