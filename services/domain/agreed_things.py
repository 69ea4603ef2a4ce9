"""The three things that a job centre may be told: support started, job started, in work at 13 weeks (DESIGN).

Each rests on the person's agreement towards that job centre, asked after and apart from the referral, and lapsing.
What a job centre sees depends on those agreements and on those steps alone: nobody's health, wish or answers move it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

from schemas.disclosure import may
from schemas.facts import Agreement, ConsentRecorded, Event, Nomination, Organisation, PromptAnswer
from schemas.identifiers import made_id
from schemas.support_facts import EmploymentProgress, ProgressKind
from services.domain.decisions import AgreedThing, FeedbackGiven
from services.domain.history import answers, clinical_date, consents, key, nominations, now, progress
from services.domain.journey import Journey, Shared
from services.domain.months import add_months
from services.domain.policy import Policy
from services.domain.rules.agreements import as_agreement, by_a_job_centre, is_over, still_agreed
from services.domain.rules.news import is_old_news
from services.domain.rules.person import identity

_THINGS: dict[ProgressKind, AgreedThing] = {
    "first-contact": "support-started", "job-started": "job-started", "in-work-13-weeks": "in-work-13-weeks",
}  # fmt: skip
_WORDS: dict[AgreedThing, str] = {
    "support-started": "support to find or keep work has started",
    "job-started": "a job has started",
    "in-work-13-weeks": "the person has been in work for 13 weeks",
}
AGREED_THINGS: tuple[AgreedThing, ...] = get_args(AgreedThing)


def things_to_tell(journey: Journey, event: Event, policy: Policy) -> list[FeedbackGiven]:
    """What each job centre is told because of an event: a step that was made, or an agreement to tell of one.

    ``journey`` has the event applied.
    """
    if not policy.on("feedback.job-centre") or not isinstance(
        event.facts, EmploymentProgress | PromptAnswer | Nomination | ConsentRecorded
    ):
        return []
    if is_old_news(journey, event, policy) or identity(journey, event, policy):
        return []
    made: list[FeedbackGiven] = []
    for agreement_event, agreement in _standing(journey, policy):
        for step_event, step in progress(journey):
            thing = _THINGS.get(step.kind)
            if thing is None or thing not in agreement.items or not may(policy.disclosure, "job-centre", thing):
                continue
            if not _was_news(step_event, policy):
                continue
            shared = Shared(thing, step.on, agreement.recipient.ods)
            if shared in journey.shared or any(_shared(item) == shared for item in made):
                continue
            if key(event) in (key(step_event), key(agreement_event)):
                made.append(_told(journey, event, step_event, shared, policy))
    return made


def thing_words(thing: AgreedThing) -> str:
    """What is said of a thing."""
    return _WORDS[thing]


def stands_agreed(journey: Journey, thing: str, job_centre: str, policy: Policy) -> bool:
    """Whether the person's agreement that a job centre (ODS code) be told a thing stands now."""
    return any(
        agreement.recipient.ods == job_centre and thing in agreement.items
        for _, agreement in _standing(journey, policy)
    )


def _standing(journey: Journey, policy: Policy) -> list[tuple[Event, Agreement]]:
    """The agreements towards job centres that stand: not lapsed, not taken back, asked no earlier than the referral."""
    first = min((item.agreement.on for item in journey.referrals), default=None)
    today = now(journey).date()
    return [
        (event, left)
        for event, agreement in (*_heard(journey, policy), *_recorded(journey, policy))
        if agreement.recipient.ods in policy.job_centre.organisations
        and first is not None
        and first <= agreement.on
        and today < add_months(agreement.on, policy.job_centre.lapse_months)
        and (left := still_agreed(journey, agreement, policy, purpose="progress", audience="job-centre")) is not None
    ]


def _heard(journey: Journey, policy: Policy) -> list[tuple[Event, Agreement]]:
    heard: list[tuple[Event, PromptAnswer | Nomination]] = [*answers(journey), *nominations(journey)]
    return [
        (event, told.agreement)
        for event, told in heard
        if told.agreement is not None and not by_a_job_centre(journey, event, policy)
    ]


def _recorded(journey: Journey, policy: Policy) -> list[tuple[Event, Agreement]]:
    """What was recorded as a Consent of its own; a job centre's own source records none."""
    return [
        (event, agreement)
        for event, told in consents(journey)
        if told.purpose == "progress"
        and (agreement := as_agreement(told)) is not None
        and not is_over(journey, event)
        and not by_a_job_centre(journey, event, policy)
    ]


def _was_news(event: Event, policy: Policy) -> bool:
    """Whether a step was news when it came: who agrees later to its being told agrees to that, and not to old news."""
    late = event.recorded.date() - clinical_date(event)
    return not policy.on("news.old") or not (event.backfill or late > timedelta(days=policy.old_news.days))


def _shared(made: FeedbackGiven) -> Shared | None:
    return None if made.thing is None or made.on is None else Shared(made.thing, made.on, made.recipient.ods)


def _told(journey: Journey, event: Event, step: Event, shared: Shared, policy: Policy) -> FeedbackGiven:
    told: date = shared.on
    return FeedbackGiven(
        rules=("feedback.job-centre",),
        evidence=tuple(dict.fromkeys((key(event), key(step)))),
        sentence=f"The job centre is told, as the person agreed: {_WORDS[shared.thing]}.",
        feedback=made_id(step.source, step.id, "feedback", "job-centre", shared.thing, shared.to),
        audience="job-centre",
        recipient=Organisation(shared.to, policy.job_centre.organisations[shared.to]),
        referral=journey.referrals[-1].id,
        status=journey.referrals[-1].status,
        on=told,
        thing=shared.thing,
    )
