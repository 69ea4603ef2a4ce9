"""Events with sensible defaults at fixed times, and a walk of them through the core. All people are synthetic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, get_args

from domain_words import in_words

from schemas.codes import SNOMED
from schemas.facts import (
    Agreement,
    AnswerKind,
    Coding,
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
    Organisation,
    PainDischarge,
    Person,
    PromptAnswer,
    SignalKind,
    TherapyDischarge,
    Verification,
    WaitDue,
    WaitStep,
    Wish,
    WishBy,
    WishKind,
)
from schemas.identifiers import SubjectReference
from schemas.support_facts import (
    Worker,
)
from services.domain.decide import decide
from services.domain.decisions import Decision, Decisions, Refusal
from services.domain.evolve import evolve
from services.domain.journey import Journey
from services.domain.known import known
from services.domain.policy import Policy
from services.domain.signals import question_of
from services.domain.spell import spell_id, spells

T = TypeVar("T", bound=Decision)

SUBJECT = SubjectReference("s-" + "0" * 32)
DAY_0 = date(2026, 1, 5)
PRACTICE = Organisation("Y99901", "Example Practice")
OTHER_PRACTICE = Organisation("Y99902", "Another Example Practice")
PAIN_SERVICE = Organisation("Y99903", "Example Pain Service")
THERAPY = Organisation("Y99904", "Example Physiotherapy")
PROVIDER = Organisation("Z9Z99", "Example IPS Service")
JOB_CENTRE = Organisation("Z9Z97", "Example Jobcentre")
OTHER_PROVIDER = Organisation("Z9Z98", "Another Example IPS Service")
FROM_JOB_CENTRE = "urn:example:job-centre"
WORKER = Worker("esw-1", "Example Worker")
OTHER_WORKER = Worker("esw-2", "Another Worker")

CHRONIC_PAIN = Coding(SNOMED, "82423001")
FIBROMYALGIA = Coding(SNOMED, "203082005")
BACK_PAIN = Coding(SNOMED, "279039007")  # of no list by default
ANKLE_SPRAIN = Coding(SNOMED, "44465007")  # no pain that lasts
TERMINAL_ILLNESS = Coding(SNOMED, "300936002")
PREGNANCY = Coding(SNOMED, "77386006")


NUMBER_ONLY = Person("9990000018")


def on(day: int) -> date:
    """The day so many days after the first one."""
    return DAY_0 + timedelta(days=day)


def at(day: float) -> datetime:
    """A moment of that day: nine in the morning, or so much of a day later."""
    return datetime(DAY_0.year, DAY_0.month, DAY_0.day, 9, tzinfo=UTC) + timedelta(days=day)


def person(birth_date: date | None = date(1980, 6, 15), verification: Verification = "verified") -> Person:
    """Somebody of working age who is known for sure."""
    return Person("9990000018", verification, birth_date, "EXAMPLE", ("Pat",))


def event(day: float, facts: Facts, **changes: Any) -> Event:
    """Any event; it is recorded when it happens, unless ``recorded`` names a later day."""
    recorded = changes.pop("recorded", day)
    kind = type(facts).__struct_config__.tag
    return Event(
        **{
            "source": "urn:example:publisher",
            "id": f"{kind}-{day}",
            "type": str(kind),
            "time": at(day),
            "recorded": at(recorded),
            "subject": SUBJECT,
            "facts": facts,
            "person": person(),
            **changes,
        }
    )


def note(day: float, *, days: int | None = 7, codes: tuple[Coding, ...] = (CHRONIC_PAIN,), **changes: Any) -> Event:
    """A fit note for so many days from the day of the assessment; none: it states no end."""
    start = changes.pop("start", on(int(day)))
    stated = {
        "assessed": on(int(day)),
        "advice": "not-fit",
        "conditions": codes,
        "start": start,
        "end": None if days is None else start + timedelta(days=days - 1),
        "issuer": PRACTICE,
    }
    facts = FitNote(**{**stated, **of_fact(FitNote, changes)})
    return event(day, facts, **changes)


def discharge(day: float, **changes: Any) -> Event:
    """A pain service ends its care."""
    facts = PainDischarge(
        **{"discharged": on(int(day)), "service": PAIN_SERVICE, "outcome": "1", **of_fact(PainDischarge, changes)}
    )
    return event(day, facts, **changes)


def therapy(day: float, **changes: Any) -> Event:
    """A physiotherapy service ends its care of chronic pain."""
    stated = {"kind": "physiotherapy", "discharged": on(int(day)), "conditions": (CHRONIC_PAIN,), "service": THERAPY}
    facts = TherapyDischarge(**{**stated, **of_fact(TherapyDischarge, changes)})
    return event(day, facts, **changes)


def introduced(day: float, by: IntroducedBy = "self", **changes: Any) -> Event:
    """Somebody comes forward, or a group brings them; they agreed to that."""
    stated = {"agreement": agreement(int(day)), "on": on(int(day))}
    facts = Introduction(by, **{**stated, **of_fact(Introduction, changes)})
    return event(day, facts, **changes)


def in_error(day: float, of: Event, **changes: Any) -> Event:
    """A fit note should never have been written; it is named by its event."""
    facts = FitNoteCorrection("entered-in-error", of.event_id)
    return event(day, facts, **{"id": f"in-error-{day}", **changes})


def replaced(day: float, of: Event, by: Event, **changes: Any) -> Event:
    """A fit note was written anew, as ``by`` states it; the first one is named by its event."""
    assert isinstance(by.facts, FitNote)
    facts = FitNoteCorrection("replaced", of.event_id, note=by.facts)
    return event(day, facts, **{"id": f"replaced-{day}", **changes})


def cleared(day: float, **changes: Any) -> Event:
    """The job centre's flag holds no longer."""
    return event(day, JobCentreFlagCleared(on(int(day))), **{"source": FROM_JOB_CENTRE, **changes})


def flag(day: float, **changes: Any) -> Event:
    """A job centre flag that the person knows of and agreed to."""
    facts = JobCentreFlag(**{"known_and_agreed": True, **of_fact(JobCentreFlag, changes)})
    return event(day, facts, **{"source": FROM_JOB_CENTRE, **changes})


def wish(kind: WishKind, by: WishBy = "person", day: int | None = None) -> Wish:
    """What the person wants, in whose words, and when."""
    return Wish(kind, by, None if day is None else on(day))


def agreement(day: int, recipient: Organisation = PROVIDER) -> Agreement:
    """The person's recorded agreement to a referral, or that a job centre be told all that it may be told."""
    things = ("support-started", "job-started", "in-work-13-weeks")
    items = things if recipient == JOB_CENTRE else ("work-plan", "contact")
    return Agreement("agreement-1", "person", on(day), recipient, items, "spoken", "Example Nurse", "words-1")


def answer(day: float, prompt: str, kind: AnswerKind, **changes: Any) -> Event:
    """An answer to a prompt."""
    return event(day, PromptAnswer(prompt, kind, **of_fact(PromptAnswer, changes)), **changes)


def nominated(day: float, by: Organisation = PRACTICE, **changes: Any) -> Event:
    """A clinician puts the person forward."""
    facts = Nomination(by, **{"on": on(int(day)), **of_fact(Nomination, changes)})
    return event(day, facts, **changes)


def signal(day: float, kind: SignalKind, **changes: Any) -> Event:
    """A national signal: something changed."""
    return event(day, NationalSignal(kind), **{"id": f"{kind}-{day}", "person": NUMBER_ONLY, **changes})


class Walk:
    """Events walked through the core, one after the other. ``last`` is what the latest one caused."""

    def __init__(self, policy: Policy, *steps: Step) -> None:
        self.policy = policy
        self.journey = Journey(subject=SUBJECT)
        self.last: tuple[Decisions, ...] | Refusal = ()
        self.decisions: list[Decisions] = []
        for step in steps:
            self.take(step)

    def take(self, step: Step) -> tuple[str, ...]:
        """Walk one more event; gives what it caused, in words."""
        found = known(step if isinstance(step, Event) else step(self), self.policy)
        self.last = decide(self.journey, found, self.policy)
        if not isinstance(self.last, Refusal):
            self.journey = evolve(self.journey, found)
            for decision in self.last:
                self.journey = evolve(self.journey, decision)
            self.decisions.extend(self.last)
        return self.words

    @property
    def words(self) -> tuple[str, ...]:
        """What the latest event caused."""
        return (f"refused {self.last.code}",) if isinstance(self.last, Refusal) else tuple(map(in_words, self.last))

    @property
    def prompt(self) -> str:
        """The latest prompt."""
        return self.journey.prompts[-1].id

    @property
    def referral(self) -> str:
        """The latest referral."""
        return self.journey.referrals[-1].id

    def made(self, kind: type[T]) -> list[T]:
        """All decisions of a kind so far."""
        return [decision for decision in self.decisions if isinstance(decision, kind)]


#: An event, or one that depends on what came of the events before it.
Step = Event | Callable[[Walk], Event]


def answered(day: float, kind: AnswerKind, **changes: Any) -> Step:
    """An answer to the latest prompt."""
    return lambda walk: answer(day, walk.prompt, kind, **changes)


def agreed(day: int, **changes: Any) -> Step:
    """The answer to the latest prompt that refers, with the person's agreement."""
    return answered(day, "refer", **{"agreement": agreement(day), **changes})


def due(day: float, step: WaitStep, **changes: Any) -> Step:
    """A wait of the latest prompt, referral or spell is over."""

    def made(walk: Walk) -> Event:
        match step:
            case "remind" | "escalate" | "lapse":
                about = walk.prompt
            case "accept" | "first-contact":
                about = walk.referral
            case "spell":
                about = spell_id(spells(walk.journey, walk.policy)[-1])
        facts = WaitDue(step, about, changes.pop("until", None))
        return event(day, facts, id=f"{step}-{day}", person=None, **changes)

    return made


def looked_up(day: float, result: LookupResult = "found", question: int = -1, **changes: Any) -> Step:
    """What the look-up that a signal led to has found: of the latest signal, or of another by its place."""

    def made(walk: Walk) -> Event:
        signals = [fact for fact in walk.journey.facts if isinstance(fact.facts, NationalSignal)]
        asked = sorted(signals, key=lambda fact: fact.recorded)[question]
        rest = dict(changes)
        facts = LookupAnswered(question_of(asked), result, **of_fact(LookupAnswered, rest))
        return event(day, facts, **{"person": NUMBER_ONLY, **rest})

    return made


ANSWERS: tuple[AnswerKind, ...] = get_args(AnswerKind)
ASKED = "prompted gp-practice Y99901 to keep-work"


def of_fact(kind: type[Facts], changes: dict[str, Any]) -> dict[str, Any]:
    """Take out of ``changes`` what belongs to the facts; the rest belongs to the event."""
    return {name: changes.pop(name) for name in kind.__struct_fields__ if name in changes}
