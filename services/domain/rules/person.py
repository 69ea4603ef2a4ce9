"""Who may be asked about: identity, safety, age, wish and other help. Each gives a reason to hold, or none."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from schemas.codes import SNOMED
from schemas.facts import Agreement, Event, Introduction, Nomination, PersonAnswer, PromptAnswer, Wish, WishKind
from services.domain.history import (
    answers,
    birth_date,
    consents,
    introductions,
    nominations,
    notes,
    now,
    person_answers,
    sure,
)
from services.domain.journey import Journey
from services.domain.months import add_months
from services.domain.policy import Policy
from services.domain.rules.agreements import by_a_job_centre, stated_agreement
from services.domain.rules.holds import Hold
from services.domain.rules.work import flags_that_hold
from services.domain.spell import start_of


def identity(journey: Journey, event: Event, policy: Policy) -> Hold | None:
    """An NHS number stated as not verified, or birth dates that disagree: facts, but nobody is moved."""
    if event.person and event.person.verification == "not-verified" and policy.on("identity.not-verified"):
        return Hold("identity", "identity.not-verified", "the NHS number is stated as not verified")
    stated = {fact.person.birth_date for fact in sure(journey) if fact.person and fact.person.birth_date}
    if len(stated) > 1 and policy.on("identity.birth-date"):
        return Hold("identity", "identity.birth-date", "sources state different birth dates")
    return None


def safety(journey: Journey, policy: Policy) -> Hold | None:
    """A note carries a code that means: not now of all times."""
    if not policy.on("safety.not-now"):
        return None
    today = now(journey).date()
    for event, note in notes(journey):
        for coding in note.conditions:
            days = policy.safety.codes.get(coding.code) if coding.system == SNOMED else None
            if days == 0 or (days and (today - start_of(event, note)).days <= days):
                return Hold("safety", "safety.not-now", "this is not the time to ask")
    return None


def wish(journey: Journey, policy: Policy) -> Hold | None:
    """The person's own latest word is that they do not want this."""
    said = _last_word(journey, policy)
    if said is not None and said[-1] == "does-not-want" and policy.on("wish.does-not-want"):
        return Hold(
            "does-not-want", "wish.does-not-want", "the person does not want this; they may say otherwise any day"
        )
    return None


def declined(journey: Journey, policy: Policy) -> Hold | None:
    """The person declined not long ago, and has not said otherwise since."""
    resting = {
        prompt.id for prompt in journey.prompts
        if prompt.answer == "person-declined" and prompt.ask_again is not None and now(journey) < prompt.ask_again
    }  # fmt: skip
    said_no = [
        (event.time.date(), event.order)
        for event, answer in answers(journey)
        if answer.prompt in resting and answer.answer == "person-declined"
    ]
    if not said_no or not policy.on("again.person-declined"):
        return None
    said = _last_word(journey, policy)
    if said is not None and said[-1] != "does-not-want" and said[:2] > max(said_no):
        return None
    return Hold("asked-before", "again.person-declined", "the person declined not long ago")


def capacity(journey: Journey, policy: Policy) -> Hold | None:
    """The latest answer that says anything of it doubts that the person can decide on this now."""
    if not policy.on("safety.capacity"):
        return None
    told: list[tuple[Event, PromptAnswer | PersonAnswer]] = [*answers(journey), *person_answers(journey)]
    said = [
        (event.order, told.capacity_doubted)
        for event, told in told
        if told.capacity_doubted is not None and not by_a_job_centre(journey, event, policy)
    ]
    if said and max(said)[1]:
        return Hold("safety", "safety.capacity", "this is not the time to ask")
    return None


def decided_for_them(agreement: Agreement | None) -> bool:
    """Whether somebody who may decide for the person agreed: doubt about the person's own capacity is no bar then."""
    return agreement is not None and agreement.by != "person"


def own_word(event: Event) -> WishKind | None:
    """What the person says about their wish in this event, in words that are their own."""
    match event.facts:
        case (
            PromptAnswer(wish=Wish(wish=wish, by="person"))
            | Nomination(wish=Wish(wish=wish, by="person"))
            | Introduction(wish=Wish(wish=wish, by="person"))
        ):
            return wish
        case PersonAnswer(answer="does-not-want"):
            return "does-not-want"
        case _:
            return None


_Said: TypeAlias = tuple[date, tuple[datetime, str, str], int, WishKind]


def _last_word(journey: Journey, policy: Policy) -> _Said | None:
    """What the person said last, by the day on which they said it.

    An agreement to be referred is a yes, and so is introducing oneself.
    """
    said: list[_Said] = []
    for event in _heard(journey):
        if by_a_job_centre(journey, event, policy):
            continue
        told, yes, no = event.time.date(), stated_agreement(event, policy), own_word(event)
        if yes is not None:
            said.append((min(yes.on, told), event.order, 0, "keen"))
        if no is not None:
            said.append((min(_said_on(event) or told, told), event.order, 1, no))
    lifts = policy.on("wish.introduction")
    for event, introduction in introductions(journey):
        if by_a_job_centre(journey, event, policy):
            continue
        told, stated = event.time.date(), introduction.wish
        if introduction.by == "self" and lifts:
            said.append((min(introduction.on or told, told), event.order, 0, "keen"))
        if stated is not None and stated.by == "person" and (lifts or stated.wish == "does-not-want"):
            said.append((min(stated.on or told, told), event.order, 1, stated.wish))
    return max(said) if said else None


def _heard(journey: Journey) -> list[Event]:
    told = (answers(journey), person_answers(journey), nominations(journey), consents(journey))
    return [event for found in told for event, _ in found]


def _said_on(event: Event) -> date | None:
    match event.facts:
        case PromptAnswer(wish=Wish(on=on)) | Nomination(wish=Wish(on=on)) | PersonAnswer(on=on):
            return on
        case _:
            return None


def impression(stated: Wish | None, policy: Policy) -> bool:
    """A clinician thinks that the person does not want this: they are the one to say so."""
    return (
        stated is not None
        and stated.by == "clinician"
        and stated.wish == "does-not-want"
        and policy.on("wish.impression")
    )


def other_programme(journey: Journey, policy: Policy) -> Hold | None:
    """The person is known to be on another programme."""
    if not policy.on("help.other-programme"):
        return None
    holding = policy.provider.programmes_that_hold
    agreed = [flag for _, flag in flags_that_hold(journey, policy)]
    programme = agreed[-1].programme if agreed else None
    if programme and (not holding or programme in holding):
        return Hold("on-another-programme", "help.other-programme", "the person is on another employment programme")
    return None


def age(journey: Journey, policy: Policy) -> Hold | None:
    """The person is too young for the provider, or has reached state pension age. Not known is no reason."""
    born = birth_date(journey)
    if born is None or not policy.on("age.working-age"):
        return None
    today = now(journey).date()
    if today < add_months(born, policy.provider.age_from * 12) or today >= pension_day(born, policy):
        return Hold("age", "age.working-age", "the person is not of the age that the programme is for")
    return None


def pension_day(born: date, policy: Policy) -> date:
    """The day on which somebody reaches state pension age."""
    row = next((row for row in policy.pension_age if born < row.born_before), policy.pension_age[-1])
    return add_months(born, row.years * 12 + row.months)
