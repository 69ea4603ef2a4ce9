"""The care package: everything that belongs together, for the health side and the person.

Three audiences read this one resource, so it holds only what each of them may read.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from schemas.codes import BSER, EMPLOYMENT_PROGRESS, INFORMATION, IPS_REFERRAL, SNOMED
from schemas.events.fit_note_codes import CODE_OF
from schemas.facts import Event, FitNote, Organisation
from schemas.fhir.fast_types import Period, Profiles
from schemas.outputs.care_package import ACTIVITY, CARE_PACKAGE, CarePackage
from schemas.outputs.decision_record import SUBJECT_ID
from schemas.outputs.elements import Activity, Detail, at, coded, concept, days, named, organisation
from schemas.outputs.work_plan import PLAN
from schemas.support_facts import AppointmentState
from schemas.topics import Audience
from services.domain.build.context import Context
from services.domain.build.feedback import waiting_words
from services.domain.decisions import CarePackageUpdated
from services.domain.history import appointments, clinical_date, discharges, progress, therapies
from services.domain.issued import issued
from services.domain.journey import Prompt, Referral
from services.domain.months import add_months
from services.domain.progressing import STEPS
from services.domain.referral_states import CANCELLED, COMPLETED, DECLINED, WORDS
from services.domain.rules.again import is_open

READERS: tuple[Audience, ...] = ("gp-practice", "pain-service", "person")
_ADVICE = {"not-fit": "160910001", "may-be-fit": "225891002"}
_ENDED = {DECLINED: "cancelled", CANCELLED: "cancelled", COMPLETED: "completed"}
_APPOINTMENT: dict[AppointmentState, str] = {
    "booked": "scheduled", "attended": "completed", "missed": "cancelled", "cancelled": "cancelled",
}  # fmt: skip


def care_package(made: CarePackageUpdated, context: Context) -> CarePackage:
    """One version of it."""
    activities = tuple(Activity(detail) for detail in _details(context))
    return CarePackage(
        meta=Profiles(version_id=str(made.version)),
        identifier=(named(SUBJECT_ID, context.journey.subject),),
        status="active",
        intent="plan",
        category=(concept(PLAN, CARE_PACKAGE),),
        title="Care package",
        subject=context.subject(*READERS),
        created=at(context.time),
        activity=activities if activities else UNSET,
    )


def _details(context: Context) -> Iterator[Detail]:
    journey = context.journey
    if context.may(READERS, "notes"):
        condition, effects = context.may(READERS, "condition"), context.may(READERS, "functional-effects")
        for one in issued(journey, context.policy):
            yield _note(one.event, one.note, context, condition=condition, effects=effects)
    if context.may(READERS, "adjustments"):
        for one in issued(journey, context.policy):
            for adjustment in one.note.adjustments:
                yield Detail(
                    code=concept(SNOMED, CODE_OF[adjustment]), status=context.progress(one.note.end),
                    scheduled_period=days(one.note.start, one.note.end),
                )  # fmt: skip
    if context.may(READERS, "pain-care"):
        for event, discharge in discharges(journey):
            yield _discharge("pain-service-discharge", event, discharge.service)
        for event, therapy in therapies(journey):
            yield _discharge(f"{therapy.kind}-discharge", event, therapy.service)
    if context.may(READERS, "referral-state"):
        yield from (_prompt(prompt, context) for prompt in journey.prompts)
        for referral in journey.referrals:
            yield from _referral(referral, context)
        yield from _appointments(context)
    if context.may(READERS, "employment-progress"):
        for _, step in progress(journey):
            yield Detail(
                code=concept(EMPLOYMENT_PROGRESS, step.kind, STEPS[step.kind]),
                status="completed" if step.on <= context.time.date() else "scheduled",
                scheduled_period=days(step.on, step.on),
            )
    if context.may(READERS, "information-sent"):
        for due in journey.information:
            yield Detail(code=concept(INFORMATION, due.purpose), status="cancelled" if due.withdrawn else "scheduled",
                         scheduled_period=Period(start=at(due.on)))  # fmt: skip


def _note(event: Event, note: FitNote, context: Context, *, condition: bool, effects: bool) -> Detail:
    """A fit note; ``condition`` and ``effects``: whether all who read this may be told them."""
    told = note.conditions if condition else ()
    written = clinical_date(event)
    # one that was written after its last day and states no first one: when it began is not known
    start = note.start or (written if note.end is None or written <= note.end else None)
    return Detail(
        code=concept(SNOMED, _ADVICE[note.advice]) if note.advice else concept(ACTIVITY, "fit-note"),
        reason_code=tuple(coded(coding) for coding in told) if told else UNSET,
        status=context.progress(note.end),
        scheduled_period=days(start, note.end),
        performer=(organisation(note.issuer),) if note.issuer else UNSET,
        description=note.functional_effects if effects and note.functional_effects else UNSET,
    )


def _discharge(code: str, event: Event, service: Organisation | None) -> Detail:
    return Detail(
        code=concept(ACTIVITY, code),
        status="completed",
        scheduled_period=days(None, clinical_date(event)),
        performer=(organisation(service),) if service else UNSET,
    )


def _prompt(prompt: Prompt, context: Context) -> Detail:
    lapsed = not prompt.answer and not is_open(prompt, context.journey)
    ended = "withdrawn" if prompt.withdrawn else "lapsed" if lapsed else prompt.answer
    return Detail(
        code=concept(ACTIVITY, "ips-nomination" if prompt.nomination else "ips-prompt"),
        status="cancelled" if lapsed or prompt.withdrawn else "completed" if ended else "in-progress",
        status_reason=concept(ACTIVITY, ended) if ended else UNSET,
        scheduled_period=Period(at(prompt.made), at(prompt.lapses)),
        performer=(organisation(prompt.owner),),
    )


def _appointments(context: Context) -> Iterator[Detail]:
    for _, appointment in appointments(context.journey):
        yield Detail(
            code=concept(ACTIVITY, "appointment"), status=_APPOINTMENT[appointment.state],
            status_reason=concept(ACTIVITY, appointment.state),
            scheduled_period=Period(start=at(appointment.starts)) if appointment.starts else UNSET,
        )  # fmt: skip


def _referral(referral: Referral, context: Context) -> Iterator[Detail]:
    ended = _ENDED.get(referral.status)
    worker = f"Named worker: {referral.worker.name}" if referral.worker and referral.worker.name else None
    yield Detail(
        code=concept(SNOMED, IPS_REFERRAL),
        status=ended or "in-progress",
        status_reason=concept(BSER, referral.status, WORDS[referral.status]),
        scheduled_period=Period(start=at(referral.requested), end=at(referral.ended) if referral.ended else UNSET),
        performer=(organisation(referral.provider),),
        description=worker if worker and context.may(READERS, "named-worker") else UNSET,
    )
    if referral.waiting and context.may(READERS, "waiting-list") and context.policy.on("referral.waiting-list"):
        yield Detail(
            code=concept(ACTIVITY, "waiting-list"), status="in-progress",
            scheduled_period=days(None, referral.waiting.expected),
            description=f"On the waiting list{waiting_words(referral.waiting)}.",
        )  # fmt: skip
    if not ended:
        review = add_months(referral.requested.date(), context.policy.review.months)
        yield Detail(code=concept(ACTIVITY, "review"), status="scheduled", scheduled_period=days(review, None))
