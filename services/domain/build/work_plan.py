"""The work plan, built from the IPS provider's allow-list and from what the person agreed to, never from more."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import SNOMED
from schemas.events.fit_note_codes import CODE_OF
from schemas.facts import Agreement
from schemas.fhir.fast_types import Reference
from schemas.outputs.elements import Activity, Detail, at, coded, concept, days
from schemas.outputs.prompt import TRACK
from schemas.outputs.work_plan import PLAN, WORK_PLAN, Condition, WorkPlan
from schemas.topics import Audience
from services.domain.build.context import Context
from services.domain.decisions import Track
from services.domain.history import notes
from services.domain.issued import issued
from services.domain.placements import requirements
from services.domain.rules.evidence import is_pain

_IPS: tuple[Audience, ...] = ("ips-provider",)


def work_plan(track: Track, agreement: Agreement, context: Context, subject: Reference) -> WorkPlan:
    """Track, adjustments with their periods, and the pain (no other condition) where that item was agreed."""
    conditions = _conditions(agreement, context, subject)
    adjustments = _adjustments(agreement, context)
    tracks = (concept(TRACK, track),) if context.may(_IPS, "track") else ()
    return WorkPlan(
        contained=conditions if conditions else UNSET,
        status="active",
        intent="plan",
        category=(concept(PLAN, WORK_PLAN), *tracks),
        title="Work plan",
        subject=subject,
        created=at(context.time),
        addresses=tuple(Reference(reference=f"#{item.id}") for item in conditions) if conditions else UNSET,
        activity=adjustments if adjustments else UNSET,
    )


def _adjustments(agreement: Agreement, context: Context) -> tuple[Activity, ...]:
    if "work-plan" not in agreement.items or not context.may(_IPS, "adjustments"):
        return ()
    required = (
        requirements(context.journey, agreement, context.policy)
        if context.policy.on("feedback.placement-requirements")
        else ()
    )
    needed = tuple(
        Activity(Detail(
            code=concept(SNOMED, CODE_OF[adjustment], adjustment.replace("-", " ")), status="not-started",
            description="Required: a placement before ended as unsafe or unsupported.",
        ))
        for adjustment in required
    )  # fmt: skip
    return needed + tuple(
        Activity(Detail(
            code=concept(SNOMED, CODE_OF[adjustment], adjustment.replace("-", " ")),
            status=context.progress(one.note.end), scheduled_period=days(one.note.start, one.note.end),
        ))
        for one in issued(context.journey, context.policy)
        for adjustment in one.note.adjustments
    )  # fmt: skip


def _conditions(agreement: Agreement, context: Context, subject: Reference) -> tuple[Condition, ...]:
    if "condition" not in agreement.items or not context.may(_IPS, "agreed-condition"):
        return ()
    stated = dict.fromkeys(
        coding for _, note in notes(context.journey) for coding in note.conditions if is_pain(coding, context.policy)
    )
    return tuple(
        Condition(id=f"condition-{n}", code=coded(coding), subject=subject) for n, coding in enumerate(stated, 1)
    )
