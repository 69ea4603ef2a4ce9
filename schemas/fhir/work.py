"""The work situation, where a payload states it: an Observation with our own code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from schemas.codes import WORK_SITUATION
from schemas.facts import Work
from schemas.fhir.payload import Payload
from schemas.fhir.view import Observation

_WORK: tuple[Work, ...] = get_args(Work)
_STANDS = frozenset({"final", "amended", "corrected", "preliminary", "registered"})


def work_situation(payload: Payload, also: Iterable[str | None] = ()) -> Work | None:
    """What the Observations of a payload, and other codes of our own system, say. Two that differ: not known."""
    codes = set(also)
    for entry in payload.of("Observation"):
        observation = entry.read(Observation)
        if observation.status in _STANDS and observation.value_codeable_concept:
            codes.add(observation.value_codeable_concept.code(WORK_SITUATION))
    stated = [work for work in _WORK if work in codes]
    return stated[0] if len(stated) == 1 else None
