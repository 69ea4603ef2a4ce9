"""Small histories of one person, as Hypothesis makes them: any facts that a door can have read, in any order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

from hypothesis import strategies as st
from msgspec.structs import replace
from outbound_stories import STORIES, Telling, tell

from schemas.codes import ICD11, SNOMED
from schemas.fact import Adjustment
from schemas.facts import (
    Advice,
    Agreement,
    AnswerKind,
    Coding,
    ConsentPurpose,
    ConsentRecorded,
    ConsentWithdrawn,
    CorrectionKind,
    DeathNotice,
    Event,
    Facts,
    FitNote,
    FitNoteCorrection,
    IntroducedBy,
    Introduction,
    JobCentreFlag,
    JobCentreFlagCleared,
    LookupAnswered,
    LookupResult,
    NationalSignal,
    Nomination,
    Objection,
    Organisation,
    OrganisationKind,
    PainDischarge,
    Person,
    PersonAnswer,
    PersonAnswerKind,
    PromptAnswer,
    Recorder,
    SignalKind,
    Telecom,
    TherapyDischarge,
    TherapyKind,
    Verification,
    Wish,
    WishBy,
    WishKind,
    Work,
)
from schemas.identifiers import SubjectReference
from schemas.support_facts import (
    AppointmentChanged,
    AppointmentState,
    EmploymentProgress,
    ProgressKind,
    ReferralUpdate,
    SupportClosed,
    WaitingList,
    Worker,
)
from services.domain.policy import parse_policy
from services.domain.referral_states import MOVES
from services.policy_files import default_policy_text

POLICY = parse_policy(default_policy_text())
SUBJECT = SubjectReference("s-" + "0" * 32)
_DAY_0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
_OF = (_DAY_0 - timedelta(days=90)).date()

texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=10).filter(str.strip)
codes = st.from_regex(r"\A[A-Za-z0-9.-]{1,8}( [a-z]{1,4})?\Z")
days = st.dates(_OF, date(2027, 12, 31))
codings = st.one_of(
    st.sampled_from([Coding(SNOMED, code) for code in (*POLICY.evidence.narrow, "44465007", "300936002")]),
    st.builds(Coding, st.sampled_from([SNOMED, ICD11, "urn:example:codes"]), codes),
)
organisations = st.builds(Organisation, st.sampled_from(["Y99901", "Y99902", "Z9Z99"]), st.none() | texts)


def _persons(verifications: list[Verification], births: list[date | None]) -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        st.just("9990000018"),
        st.sampled_from(verifications),
        st.sampled_from(births),
        st.none() | texts,
        st.lists(texts, max_size=2).map(tuple),
        st.lists(st.builds(Telecom, st.sampled_from(["phone", "email"]), texts), max_size=2).map(tuple),
        st.sampled_from([None, "en", "cy"]),
    )


sure_persons = _persons(["verified", "not-stated"], [None, date(1980, 6, 15)])
persons = sure_persons | _persons([*get_args(Verification)], [None, date(1980, 6, 15), date(1990, 1, 1)])
notes = st.builds(
    FitNote,
    assessed=st.none() | days,
    advice=st.sampled_from([None, *get_args(Advice)]),
    conditions=st.lists(codings, max_size=2, unique=True).map(tuple),
    adjustments=st.lists(st.sampled_from(get_args(Adjustment)), unique=True).map(tuple),
    functional_effects=st.none() | texts,
    start=st.none() | days,
    end=st.none() | days,
    issuer=st.none() | organisations,
    work=st.sampled_from([None, *get_args(Work)]),
).filter(lambda note: not (note.start and note.end and note.start > note.end))  # no door takes such a period
prompting = st.builds(
    FitNote,
    advice=st.just("may-be-fit"),
    conditions=st.just((Coding(SNOMED, "82423001"),)),
    adjustments=st.lists(st.sampled_from(get_args(Adjustment)), unique=True).map(tuple),
    functional_effects=st.none() | texts,
    issuer=organisations,
    work=st.sampled_from([None, *get_args(Work)]),
)
discharges = st.builds(
    PainDischarge,
    discharged=st.none() | days,
    service=st.none() | organisations,
    gp=st.none() | organisations,
    outcome=st.none() | codes,
    follow_up=st.none() | codes,
    work=st.sampled_from([None, *get_args(Work)]),
)
flags = st.builds(JobCentreFlag, st.booleans(), st.none() | days, st.none() | codes)
wishes = st.builds(Wish, st.sampled_from(get_args(WishKind)), st.sampled_from(get_args(WishBy)), st.none() | days)
agreements = st.builds(
    Agreement,
    id=texts,
    by=st.sampled_from(["person", "attorney", "deputy"]),
    on=days,
    recipient=st.builds(Organisation, st.just(POLICY.provider.ods), st.none() | texts),
    items=st.lists(st.sampled_from(["contact", "work-plan", "condition"]) | codes, min_size=1, unique=True).map(tuple),
    how=codes,
    asked_by=texts,
    words=texts.filter(lambda words: "implied" not in words.lower()),
)
nominations = st.builds(
    Nomination,
    by=organisations,
    kind=st.sampled_from([None, *get_args(OrganisationKind)]),
    on=st.none() | days,
    wish=st.none() | wishes,
    agreement=st.none() | agreements,
    work=st.sampled_from([None, *get_args(Work)]),
)
therapies = st.builds(
    TherapyDischarge,
    kind=st.sampled_from(get_args(TherapyKind)),
    discharged=st.none() | days,
    conditions=st.lists(codings, max_size=2, unique=True).map(tuple),
    service=st.none() | organisations,
    gp=st.none() | organisations,
    work=st.sampled_from([None, *get_args(Work)]),
)
clearings = st.builds(JobCentreFlagCleared, st.none() | days)
introductions = st.builds(
    Introduction,
    by=st.sampled_from(get_args(IntroducedBy)),
    agreement=agreements,
    on=st.none() | days,
    wish=st.none() | wishes,
    organisation=st.none() | organisations,
    work=st.sampled_from([None, *get_args(Work)]),
)
_said = {"by": st.sampled_from(["person", "attorney", "deputy"]), "on": days, "how": codes}
_doubts = st.sampled_from([None, None, None, True, False])
own_answers = st.sampled_from(get_args(PersonAnswerKind)).flatmap(
    lambda kind: st.builds(
        PersonAnswer,
        **_said,
        answer=st.just(kind),
        words=texts,
        agreement=agreements if kind == "agrees" else st.none(),
        capacity_doubted=_doubts,
    )
)
_recipients = organisations.map(lambda found: {"recipient": found}) | st.sampled_from([{"to": "job-centre"}])
consents = _recipients.flatmap(
    lambda to: st.builds(
        ConsentRecorded,
        **_said,
        **{name: st.just(value) for name, value in to.items()},
        id=texts,
        purpose=st.sampled_from(get_args(ConsentPurpose)),
        items=st.lists(codes, min_size=1, max_size=2).map(tuple),
        asked_by=texts,
        words=texts.filter(lambda words: "implied" not in words.lower()),
        recorded_by=st.sampled_from(get_args(Recorder)),
        until=st.none() | days,
    )
)
withdrawals = _recipients.flatmap(
    lambda to: st.builds(
        ConsentWithdrawn,
        **_said,
        **{name: st.just(value) for name, value in to.items()},
        purpose=st.sampled_from(get_args(ConsentPurpose)),
        items=st.lists(st.sampled_from(["contact", "work-plan"]), max_size=1).map(tuple),
    )
)
objections = st.builds(Objection, **_said, taken_back=st.booleans())
_PROMPT = st.just("")  # the latest prompt's identifier is put in its place
workers = st.builds(Worker, texts, st.none() | texts)
_waits = st.none() | st.builds(WaitingList, st.none() | st.integers(1, 99), st.none() | days)


_PLACES = [None, "https://register.example/Patient/9990000018", "https://register.example/Patient/9990000026"]


@st.composite
def tellings(draw: st.DrawFn) -> Telling:
    """Up to eight events: what needs a prompt or a referral names the latest one, where there is one.

    Half of them begin with what leads to a referral: by chance alone few would come so far.
    """
    telling = Telling(POLICY)
    at = _DAY_0
    leads = [prompting, st.builds(PromptAnswer, _PROMPT, st.just("refer"), agreement=agreements)]
    leads = leads if draw(st.booleans()) else []
    for number in range(draw(st.integers(len(leads) or 1, 8))):
        leading = number < len(leads)
        at += timedelta(days=0 if leading else draw(st.integers(0, 40)), seconds=1)
        if draw(st.booleans()):
            telling.wait_until(at)
        facts = draw(leads[number]) if leading else _facts(draw, telling)
        if isinstance(facts, PromptAnswer) and telling.journey.prompts:
            facts = replace(facts, prompt=telling.journey.prompts[-1].id)
        event = Event(
            source=draw(st.sampled_from(["urn:example:a", "https://b.example/x", "example.service"])),
            id=f"event-{number}",
            type="",
            time=at - timedelta(days=0 if leading else draw(st.sampled_from([0, 0, 0, 10, 100]))),
            recorded=at,
            subject=SUBJECT,
            facts=facts,
            person=draw(sure_persons if leading else persons),
            backfill=not leading and draw(st.sampled_from([False, False, False, True])),
        )
        telling.take(event)
    return telling


def _facts(draw: st.DrawFn, telling: Telling) -> Facts:
    journey = telling.journey
    if journey.referrals and draw(st.sampled_from([True, True, False])):
        latest = journey.referrals[-1]
        if draw(st.sampled_from([True, False, False])):
            kinds, referral = st.sampled_from(get_args(ProgressKind)), st.sampled_from([None, latest.id])
            return draw(st.builds(EmploymentProgress, kinds, days, referral, st.none() | workers))
        other = draw(st.sampled_from(["update", "update", "appointment", "closed"]))
        if other == "appointment":
            starts = st.none() | st.integers(0, 365).map(lambda day: _DAY_0 + timedelta(days=day))
            states, named = st.sampled_from(get_args(AppointmentState)), st.none() | workers
            return draw(st.builds(AppointmentChanged, states, st.just(latest.id), starts, named))
        if other == "closed":
            return draw(st.builds(SupportClosed, days, st.just(latest.id), st.none() | codes, st.none() | workers))
        legal = sorted(MOVES[latest.status]) or [*MOVES][1:]
        moves = st.sampled_from(legal) | st.sampled_from([*MOVES][1:])
        return draw(
            st.builds(ReferralUpdate, st.just(latest.id), moves, st.none() | codes, st.none() | workers, _waits)
        )
    noted = [event for event in journey.facts if isinstance(event.facts, FitNote)]
    if noted and draw(st.sampled_from([True, False, False])):
        kind = draw(st.sampled_from(get_args(CorrectionKind)))
        return FitNoteCorrection(kind, noted[-1].event_id, note=draw(notes) if kind == "replaced" else None)
    if journey.lookup and draw(st.booleans()):
        deaths = st.sampled_from([None, None, *get_args(DeathNotice)])
        results = st.sampled_from(["found", "found", *get_args(LookupResult)])
        asked, practices = st.just(journey.lookup.question), st.none() | organisations
        return draw(st.builds(LookupAnswered, asked, results, deaths, practices))
    if draw(st.sampled_from([False] * 9 + [True])):
        return draw(st.builds(NationalSignal, st.sampled_from(get_args(SignalKind)), st.sampled_from(_PLACES)))
    if journey.prompts and draw(st.booleans()):
        reasons, answers = st.none() | codes, st.sampled_from(get_args(AnswerKind))
        return draw(
            st.builds(PromptAnswer, _PROMPT, answers, reasons, st.none() | wishes, st.none() | agreements, _doubts)
        )
    if draw(st.sampled_from([False, False, False, True])):
        return draw(st.one_of(own_answers, consents, withdrawals, objections))
    return draw(st.one_of(notes, discharges, therapies, flags, clearings, introductions, nominations))


def all_stories() -> list[Telling]:
    """The histories of the output examples."""
    return [tell(POLICY, *steps) for steps in STORIES.values()]
