"""What a no leads to: the person's own, doubt about capacity, an agreement taken back, an objection to joining."""

from __future__ import annotations

from msgspec.structs import replace

from schemas.facts import ConsentWithdrawn, Event, Objection, PersonAnswer, PromptAnswer
from services.domain.decisions import Decisions
from services.domain.evolve import applied
from services.domain.history import objections
from services.domain.journey import Journey, Referral
from services.domain.policy import Policy
from services.domain.referral_states import CREATED
from services.domain.rules.agreements import by_a_job_centre, still_agreed
from services.domain.rules.person import capacity, decided_for_them, own_word, wish
from services.domain.stopping import UnderWay, lift, stop, under_way


def against_it(journey: Journey, made: tuple[Decisions, ...], event: Event, policy: Policy) -> tuple[Decisions, ...]:
    """What is under way when an event says no, or doubts that the person can decide, is stopped.

    ``journey`` has the event applied. What ``made`` did about an open prompt stands; a page that belongs to it does
    not.
    """
    if by_a_job_centre(journey, event, policy):
        return ()  # it is no word of theirs
    no_stops = policy.on("stop.wish") and (policy.edition >= 2 or isinstance(event.facts, PersonAnswer))
    if own_word(event) == "does-not-want" and no_stops and wish(journey, policy):
        left, ends = _left(journey, made)
        return stop(left, event, "wish", "stop.wish", policy, ends)
    if _doubts(event) and capacity(journey, policy):
        left, ends = _left(journey, made)
        theirs = tuple(item for item in ends.referrals if not decided_for_them(item.agreement))
        kept = {item.id for item in ends.referrals if item not in theirs}
        pages = tuple(page.id for page in left.information if page.id in ends.pages and page.about not in kept)
        return stop(left, event, "capacity", "safety.capacity", policy, UnderWay(ends.prompts, theirs, pages))
    return ()


def take_withdrawal(journey: Journey, event: Event, taken: ConsentWithdrawn, policy: Policy) -> tuple[Decisions, ...]:
    """An agreement that is taken back ends the referrals that rest on it. ``journey`` has the event applied."""
    if taken.purpose != "referral" or not policy.on("stop.withdrawal"):
        return ()
    ended = tuple(item for item in under_way(journey).referrals if _rests_on_nothing(journey, item, policy))
    about = {item.id for item in ended}
    pages = tuple(page.id for page in journey.information if page.about in about and page.withdrawn is None)
    return stop(journey, event, "withdrawal", "stop.withdrawal", policy, UnderWay((), ended, pages))


def take_objection(journey: Journey, event: Event, objection: Objection, policy: Policy) -> tuple[Decisions, ...]:
    """The last word on joining counts. ``journey`` has the event applied."""
    del objection
    told = objections(journey)
    if not told or not policy.on("stop.objection"):
        return ()
    if told[-1][1].taken_back:
        return lift(journey, event, "objection", "stop.objection")
    return stop(journey, event, "objection", "stop.objection", policy)


def _left(journey: Journey, made: tuple[Decisions, ...]) -> tuple[Journey, UnderWay]:
    """What is still under way after some decisions, with the pages of all that was before them."""
    left = applied(journey, made)
    gone = {page.id for page in left.information if page.withdrawn is not None}
    ends = under_way(left)
    pages = dict.fromkeys(page for page in (*under_way(journey).pages, *ends.pages) if page not in gone)
    return left, replace(ends, pages=tuple(pages))


def _rests_on_nothing(journey: Journey, referral: Referral, policy: Policy) -> bool:
    """Whether no item of its agreement stands; before it is accepted, whether any was taken back.

    What a provider has accepted, it has: it goes on with what is left. What may still be on its way does not.
    """
    left = still_agreed(journey, referral.agreement, policy)
    return left is None or (referral.status == CREATED and left != referral.agreement)


def _doubts(event: Event) -> bool:
    return isinstance(event.facts, PromptAnswer | PersonAnswer) and event.facts.capacity_doubted is True
