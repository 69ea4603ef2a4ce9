"""``lookup-requested-1``: a national register is asked what has changed about the person. A Task for the look-up sink.

Its answer is ``lookup-answered-1``: the same Task, completed.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType, field

from schemas.codes import TASK_ID
from schemas.fhir.fast_resources import Resource
from schemas.fhir.fast_types import Concept, DateTime, Identifiers, Reference


class LookupTask(Resource, frozen=True, kw_only=True, tag="Task"):
    """The question. ``code`` is which signal it came of, ``focus`` where to look, as the signal said."""

    identifier: Identifiers
    status: Literal["requested"]
    intent: Literal["order"]
    code: Concept
    focus: Reference | UnsetType = UNSET
    for_: Reference = field(name="for")
    authored_on: DateTime
    requester: Reference

    def __post_init__(self) -> None:
        if not any(found.system == TASK_ID for found in self.identifier):
            raise ValueError("an answer needs the identifier of the question")
