"""The synthetic people of the demo: what happens to each, and how the scripted clinician and provider answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from nhs_number import is_valid

from services.demo.messages import (
    Event,
    Patient,
    fit_note,
    job_centre_flag,
    pain_discharge,
    prompt_answer,
    referral_update,
)

BACK_PAIN, FIBROMYALGIA, CHRONIC_PAIN, ANKLE_SPRAIN = "278860009", "203082005", "82423001", "44465007"
MAY_BE_FIT = "225891002"
PHASED_RETURN, ALTERED_HOURS = "775281000000100", "775301000000104"
_WORKERS = (("esw-1", "Gorse Testworker"), ("esw-2", "Heather Testworker"))

#: Makes the messages that answer a Task: (person, identifier of the Task, provider as ODS code and name, now).
Reply = Callable[[Patient, str, tuple[str, str], datetime], list[Event]]


@dataclass(frozen=True, slots=True)
class Told:
    """One person's story. ``on_inbound``: these events come by Kafka. The replies are for the outputs named."""

    patient: Patient
    title: str
    events: tuple[Event, ...]
    on_inbound: tuple[Event, ...] = ()
    on_prompt: Reply | None = None
    on_invitation: Reply | None = None
    on_referral: Reply | None = None

    @property
    def replies(self) -> int:
        """How many outputs are answered."""
        return sum(reply is not None for reply in (self.on_prompt, self.on_invitation, self.on_referral))


def all_stories(today: date) -> list[Told]:
    """The stories, with days counted back from ``today``."""
    ago = [today - timedelta(days=days) for days in range(91)]
    back, clinic, flag, wish, later, ankle, late = (
        Patient(key, _number(n), given, family, date(born, 5, 17))
        for n, key, given, family, born in (
            (1, "back-pain", "Aster", "Testback", 1979),
            (2, "pain-clinic", "Dahlia", "Testpain", 1971),
            (3, "flag-first", "Fern", "Testflag", 1990),
            (4, "does-not-want", "Iris", "Testwish", 1984),
            (5, "invite-then-refer", "Linden", "Testlater", 1988),
            (6, "ankle-sprain", "Maple", "Testankle", 1995),
            (7, "late-news", "Olive", "Testlate", 1968),
        )
    )
    return [
        Told(
            back, "Chronic back pain, and a second fit note",
            (fit_note(back, ago[20], 14, BACK_PAIN, work="in-work"),
             fit_note(back, ago[5], 14, BACK_PAIN, work="in-work")),
            on_prompt=_answers("not-now"),
        ),
        Told(
            clinic, "Out of work, discharged by the pain service",
            (pain_discharge(clinic, ago[3], work="out-of-work"),),
            on_prompt=_refers("keen"), on_referral=_declines,
        ),
        Told(
            flag, "First a job centre flag, evidence of pain later",
            (fit_note(flag, ago[2], 7, FIBROMYALGIA),), on_inbound=(job_centre_flag(flag, ago[40]),),
            on_prompt=_answers("not-suitable", reason="returning-soon"),
        ),
        Told(
            wish, "Does not want it, and is not asked again",
            (fit_note(wish, ago[10], 42, CHRONIC_PAIN, work="in-work"),), on_prompt=_does_not_want,
        ),
        Told(
            later, "Invited first, agrees later to the same prompt",
            (fit_note(later, ago[8], 28, FIBROMYALGIA, advice=MAY_BE_FIT, work="in-work",
                      adjustments=(PHASED_RETURN, ALTERED_HOURS)),),
            on_prompt=_answers("invite"), on_invitation=_refers("could-with-changes"), on_referral=_supports,
        ),
        Told(ankle, "An ankle sprain: a page of information, no prompt", (fit_note(ankle, ago[1], 14, ANKLE_SPRAIN),)),
        Told(late, "Late news: it builds the care package and moves nobody",
             (fit_note(late, ago[85], 28, BACK_PAIN, work="in-work"),)),
    ]  # fmt: skip


def broken_event(today: date) -> Event:
    """A fit note that names nobody, with a Bundle that is not valid."""
    nobody = Patient("nobody", "", "", "", today)
    event = fit_note(nobody, today, 7, BACK_PAIN)
    form = event["data"]["entry"][0]["resource"]
    del form["subject"]
    event["data"] = {**form, "status": "not a status"}
    return event


def _answers(answer: str, reason: str | None = None) -> Reply:
    return lambda patient, task, _, now: [prompt_answer(patient, task, answer, now, reason=reason)]


def _refers(wish: str) -> Reply:
    return lambda patient, task, provider, now: [
        prompt_answer(patient, task, "refer", now, wish=(wish, "person"), agreed_with=provider)
    ]


def _does_not_want(patient: Patient, task: str, _: tuple[str, str], now: datetime) -> list[Event]:
    """The person's own words; a fit note afterwards prompts nobody."""
    declined = prompt_answer(patient, task, "person-declined", now, wish=("does-not-want", "person"))
    return [declined, fit_note(patient, now.date(), 28, CHRONIC_PAIN, when=now, work="in-work")]


def _declines(patient: Patient, task: str, _: tuple[str, str], now: datetime) -> list[Event]:
    return [referral_update(patient, task, "4.0", now, reason="no-capacity")]


def _supports(patient: Patient, task: str, _: tuple[str, str], now: datetime) -> list[Event]:
    """The appointment arrives before the acceptance it rests on; then the named worker changes."""
    first, second = _WORKERS
    minutes = [now + timedelta(minutes=minute) for minute in range(4)]
    return [
        referral_update(patient, task, "5.1.1", minutes[1], worker=first),
        referral_update(patient, task, "3.0", minutes[0], worker=first),
        referral_update(patient, task, "5.1.4", minutes[2], worker=second),
    ]


def _number(nth: int) -> str:
    """The nth valid number of the range for tests (999 000 0000 upward)."""
    valid = (str(number) for number in count(9990000000) if is_valid(str(number)))
    return next(number for n, number in enumerate(valid, 1) if n == nth)
