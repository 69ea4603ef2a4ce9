"""A prompt as a Task."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import IPS_REFERRAL, SNOMED, TASK_ID
from schemas.fhir.fast_types import Code, Concept, Period, PlainIdentifier, Reference
from schemas.outputs.elements import FITPATH, at, concept, extension, named, organisation
from schemas.outputs.prompt import (
    COPIED_TO,
    INPUT,
    REQUEST,
    TASK_CODE,
    Input,
    PromptTask,
    ProposedReferral,
    Restriction,
)
from services.domain.build.context import Context
from services.domain.decisions import Prompted


def prompt_task(made: Prompted, context: Context) -> PromptTask:
    """The Task for the organisation that is asked, within what its audience may learn."""
    audience = made.owner_kind
    subject = context.subject(audience)
    track = context.may((audience,), "track")
    reasons = track and context.may((audience,), "prompt-reasons")  # they tell the track too
    inputs = [Input(_of("track"), value_code=made.track)] if track else []
    inputs += [Input(_of("work-situation"), value_code=made.work or "not-known")] if track else []
    inputs += [Input(_of("please-check"), value_code=name.replace(" ", "-")) for name in made.unknown]
    if reasons:
        inputs += [Input(_of("evidence"), PlainIdentifier(system=key.source, value=key.id)) for key in made.evidence]
    return PromptTask(
        contained=(ProposedReferral(
            id=REQUEST, status="active", intent="proposal", code=concept(SNOMED, IPS_REFERRAL), subject=subject
        ),),
        extension=(extension(COPIED_TO, value_reference=organisation(made.copied)),) if made.copied else UNSET,
        identifier=(named(TASK_ID, made.prompt),),
        status="requested",
        intent="proposal",
        code=concept(TASK_CODE, "approve", "Consider offering a referral to Individual Placement and Support"),
        focus=Reference(reference=f"#{REQUEST}"),
        for_=subject,
        authored_on=at(context.time),
        last_modified=at(context.time),
        requester=FITPATH,
        owner=organisation(made.owner),
        reason_code=Concept(text=made.sentence) if reasons else UNSET,
        restriction=Restriction(Period(at(context.time), at(made.lapses))),
        input=tuple(inputs) if inputs else UNSET,
    )  # fmt: skip


def _of(kind: Code) -> Concept:
    return concept(INPUT, kind)
