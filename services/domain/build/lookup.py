"""A question to a national register as a Task: whose record, and where it is; nothing of the journey."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import LOOKUP, TASK_ID
from schemas.facts import NationalSignal
from schemas.fhir.fast_types import Reference
from schemas.outputs.elements import FITPATH, at, concept, named
from schemas.outputs.lookup import LookupTask
from services.domain.build.context import Context
from services.domain.decisions import LookupAsked


def lookup_task(made: LookupAsked, context: Context) -> LookupTask:
    """The question of one signal."""
    facts = context.event.facts
    about = facts.about if isinstance(facts, NationalSignal) else None
    if about is not None and not about.endswith(f"/{context.person.nhs_number}"):
        about = None  # it names somebody else's record: that is not looked at
    return LookupTask(
        identifier=(named(TASK_ID, made.question),),
        status="requested",
        intent="order",
        code=concept(LOOKUP, made.signal),
        focus=Reference(reference=about) if about else UNSET,
        for_=context.subject(),
        authored_on=at(context.time),
        requester=FITPATH,
    )
