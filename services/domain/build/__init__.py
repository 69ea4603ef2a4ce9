"""`build`: what was decided becomes outputs, complete and deterministic (EXACTNESS 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TypeAlias, assert_never

import msgspec

from schemas.facts import Event, Facts
from schemas.identifiers import SubjectReference, made_id
from schemas.outputs import Resource
from schemas.topics import CARE_PACKAGES, DECISIONS, EVENTS, LOOKUPS, PATIENT_INFORMATION, PROMPTS, REFERRALS
from schemas.topics import feedback as feedback_topic
from services.domain.build.care_package import care_package
from services.domain.build.chase import chased_referral
from services.domain.build.context import Context, context_of
from services.domain.build.decision_record import decision_record
from services.domain.build.feedback import feedback
from services.domain.build.information import information_request
from services.domain.build.lookup import lookup_task
from services.domain.build.prompt import changed_prompt, prompt_task
from services.domain.build.referral import TYPE as REFERRAL_TYPE
from services.domain.build.referral import referral_message
from services.domain.build.withdrawn import cancelled_referral, withdrawn_information, withdrawn_prompt
from services.domain.decisions import (
    AnswerTaken,
    CallAsked,
    CancellationRequested,
    CarePackageUpdated,
    Chased,
    Decision,
    Decisions,
    Escalated,
    FeedbackGiven,
    Held,
    InformationDue,
    InformationWithdrawn,
    Invited,
    Lapsed,
    Lifted,
    LookupAsked,
    LookupTaken,
    Nominated,
    OutOfSequence,
    ProgressNoted,
    Prompted,
    PromptWithdrawn,
    PutOff,
    ReferralMoved,
    Referred,
    Reminded,
    ReviewNeeded,
    Stopped,
    WaitOvertaken,
)
from services.domain.journey import Journey, Prompt, Referral
from services.domain.outputs import Output
from services.domain.policy import Policy, policy_hash

_encode = msgspec.json.Encoder().encode
#: Topic, type, audience and maker. An event of our own has the journey that is to take it in its audience's place.
Made: TypeAlias = tuple[str, str, str, Callable[[str], Resource | Facts]]


def build(journey: Journey, event: Event, decisions: tuple[Decisions, ...], policy: Policy) -> tuple[Output, ...]:
    """The outputs of an event's decisions, in their order. ``journey`` has the event and the decisions applied."""
    if not decisions:
        return ()
    context = context_of(journey, event, policy)
    digest = policy_hash(policy)
    outputs: list[Output] = []
    for ordinal, (topic, kind, audience, make) in enumerate(_made(decisions, context)):
        place = _apart(journey, decisions, outputs) if audience == "job-centre" else None
        output_id = made_id(event.source, event.id, kind, audience, str(ordinal if place is None else place.ordinal))
        outputs.append(
            Output(
                id=output_id, topic=topic, type=kind, time=context.time if place is None else event.recorded,
                subject=SubjectReference(audience) if topic == EVENTS else event.subject,
                cause_source=event.source, cause_id=event.id, ordinal=ordinal,
                sequence=journey.sequence + ordinal + 1 if place is None else place.sequence, policy=digest,
                data=_encode(make(output_id)),
            )
        )  # fmt: skip
    return tuple(outputs)


class _Place(NamedTuple):
    ordinal: int
    sequence: int


def _apart(journey: Journey, decisions: tuple[Decisions, ...], outputs: list[Output]) -> _Place:
    """A job centre's outputs are counted by themselves: how much else goes out about a person is not theirs to see."""
    now_told = sum(isinstance(made, FeedbackGiven) and made.thing is not None for made in decisions)
    ordinal = sum(output.topic == feedback_topic("job-centre") for output in outputs)
    return _Place(ordinal, len(journey.shared) - now_told + ordinal + 1)


def _made(decisions: tuple[Decisions, ...], context: Context) -> Iterator[Made]:
    """Topic, type, audience and maker of each output: first the record of a decision, then what follows from it."""
    for made in decisions:
        if not isinstance(made, CarePackageUpdated | WaitOvertaken):  # nothing is chosen there
            yield DECISIONS, "decision-recorded-1", "", partial(_recorded, made, context)
        yield from _following(made, context)


def _following(made: Decisions, context: Context) -> Iterator[Made]:
    match made:
        case Prompted():
            asked = _prompt(made.prompt, context)
            yield PROMPTS, "ips-referral-prompted-1", asked.owner_kind, lambda _: prompt_task(asked, context)
        case Lapsed() if _prompt(made.prompt, context).answer == "invite":
            return  # the Task has had its answer; only the person was waited for
        case Reminded() | Escalated() | Lapsed() | CallAsked():
            prompt = _prompt(made.prompt, context)
            kind = "ips-referral-prompt-changed-1"
            yield PROMPTS, kind, prompt.owner_kind, lambda _: changed_prompt(made, prompt, context)
        case Chased():
            referral = _referral(made.referral, context)
            kind = "ips-referral-changed-1"
            yield REFERRALS, kind, "ips-provider", lambda _: chased_referral(made, referral, context)
        case Referred():
            yield REFERRALS, REFERRAL_TYPE, "ips-provider", lambda output: referral_message(made, output, context)
        case InformationDue():
            yield (
                PATIENT_INFORMATION,
                "patient-information-due-1",
                "person",
                lambda _: information_request(made, context),
            )
        case FeedbackGiven():
            yield feedback_topic(made.audience), "feedback-given-1", made.audience, lambda _: feedback(made, context)
        case CarePackageUpdated():
            yield CARE_PACKAGES, "care-package-updated-1", "", lambda _: care_package(made, context)
        case PromptWithdrawn():
            prompt = _prompt(made.prompt, context)
            if prompt.nomination is None and prompt.answer != "invite":  # else no Task waits for anybody
                kind = "ips-referral-prompt-changed-1"
                yield PROMPTS, kind, prompt.owner_kind, lambda _: withdrawn_prompt(made, prompt, context)
        case InformationWithdrawn():
            kind = "patient-information-withdrawn-1"
            yield PATIENT_INFORMATION, kind, "person", lambda _: withdrawn_information(made, context)
        case CancellationRequested():
            referral = _referral(made.referral, context)
            kind = "ips-referral-changed-1"
            yield REFERRALS, kind, "ips-provider", lambda _: cancelled_referral(referral, context)
        case Held() | AnswerTaken() | Invited() | ReferralMoved() | OutOfSequence() | WaitOvertaken():
            return
        case LookupAsked():
            yield LOOKUPS, "lookup-requested-1", "", lambda _: lookup_task(made, context)
        case LookupTaken() | PutOff() | ReviewNeeded():
            return
        case Nominated() | ProgressNoted() | Stopped() | Lifted():  # they are told by what follows from them
            return
        case unknown:
            assert_never(unknown)


def _recorded(made: Decision, context: Context, _: str) -> Resource:
    return decision_record(made, context)


def _referral(referral: str, context: Context) -> Referral:
    return next(item for item in context.journey.referrals if item.id == referral)


def _prompt(prompt: str, context: Context) -> Prompt:
    return next(item for item in context.journey.prompts if item.id == prompt)
