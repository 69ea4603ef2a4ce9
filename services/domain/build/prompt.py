"""A prompt as a Task, and the same Task again when something became of it."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from schemas.codes import IPS_REFERRAL, SNOMED, TASK_ID
from schemas.fhir.fast_types import Code, Concept, Period, Reference
from schemas.outputs.elements import FITPATH, at, concept, event_id, extension, named, organisation
from schemas.outputs.prompt import (
    CHANGE,
    COPIED_TO,
    INPUT,
    REQUEST,
    TASK_CODE,
    ChangedPrompt,
    Input,
    PromptTask,
    ProposedReferral,
    Restriction,
)
from services.domain.build.context import Context
from services.domain.decisions import CallAsked, Escalated, Lapsed, Reminded, kind_of
from services.domain.journey import Prompt


def prompt_task(prompt: Prompt, context: Context) -> PromptTask:
    """The Task for the organisation that is asked."""
    return PromptTask(**parts(prompt, context), status="requested")


def changed_prompt(made: Reminded | Escalated | Lapsed | CallAsked, prompt: Prompt, context: Context) -> ChangedPrompt:
    """The same Task again, for whom it waits now, with what became of it."""
    change = concept(CHANGE, kind_of(made), made.sentence)
    lapsed = isinstance(made, Lapsed)
    return ChangedPrompt(
        **parts(prompt, context),
        status="cancelled" if lapsed else "requested",
        status_reason=change if lapsed else UNSET,
        business_status=change,
    )


def parts(prompt: Prompt, context: Context, *, why: bool = True) -> dict[str, Any]:
    """What every form of the Task says of a prompt, within what its audience may learn; ``why``: with its reasons."""
    audience = prompt.owner_kind
    subject = context.subject(audience)
    track = why and context.may((audience,), "track")
    reasons = track and context.may((audience,), "prompt-reasons")  # they tell the track too
    inputs = [Input(_of("track"), value_code=prompt.track)] if track else []
    inputs += [Input(_of("work-situation"), value_code=prompt.work or "not-known")] if track else []
    inputs += [Input(_of("please-check"), value_code=name.replace(" ", "-")) for name in prompt.unknown if why]
    if reasons:
        inputs += [Input(_of("evidence"), event_id(key.source, key.id)) for key in prompt.evidence]
    return {
        "contained": (ProposedReferral(
            id=REQUEST, status="active", intent="proposal", code=concept(SNOMED, IPS_REFERRAL), subject=subject
        ),),
        "extension": (extension(COPIED_TO, value_reference=organisation(prompt.copied)),) if prompt.copied else UNSET,
        "identifier": (named(TASK_ID, prompt.id),),
        "intent": "proposal",
        "code": concept(TASK_CODE, "approve", "Consider offering a referral to Individual Placement and Support"),
        "focus": Reference(reference=f"#{REQUEST}"),
        "for_": subject,
        "authored_on": at(prompt.made),
        "last_modified": at(context.time),
        "requester": FITPATH,
        "owner": organisation(prompt.lead or prompt.owner),
        "reason_code": Concept(text=prompt.sentence) if reasons and prompt.sentence else UNSET,
        "restriction": Restriction(Period(at(prompt.made), at(prompt.lapses))),
        "input": tuple(inputs) if inputs else UNSET,
    }  # fmt: skip


def _of(kind: Code) -> Concept:
    return concept(INPUT, kind)
