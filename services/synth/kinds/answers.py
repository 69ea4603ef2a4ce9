"""Answers to prompts: who was asked answers, some after a reminder and some never; then the person who was invited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.envelope import to_text
from schemas.events.capacity import CAPACITY_DOUBTED
from services.demo.messages import prompt_answer
from services.domain.decisions import CallAsked, Decisions, Escalated, Invited, Prompted, Reminded
from services.synth.chance import Chance
from services.synth.kinds.wishes import agrees, answers_at, way, wish
from services.synth.people import Person
from services.synth.telling import Kind, Message, Now, World, at_work

_TYPE = "prompt-answered-1"


def _after(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    drawn = world.rates.answers
    match made:
        case Prompted(prompt=prompt):
            chance = person.chance(f"answer {prompt}")
            if chance.happens(drawn.at_once):
                yield _clinician(person, world, now, prompt, chance)
        case Reminded(prompt=prompt) | Escalated(prompt=prompt):
            silent = not person.chance(f"answer {prompt}").happens(drawn.at_once)
            chance = person.chance(f"answer {prompt} {now.when:%Y%m%d}")
            if silent and chance.happens(drawn.reminded):
                yield _clinician(person, world, now, prompt, chance)
        case Invited(prompt=prompt):
            when = answers_at(person, world, now, prompt)
            if when is not None and way(person, world, prompt) == "through-who-asked":
                yield _by_the_person(person, world, when, prompt)
        case CallAsked(prompt=prompt):
            days = person.chance(f"called {prompt} {now.when:%Y%m%d}").days(drawn.days)
            yield _by_the_person(person, world, at_work(now.when + days), prompt)
        case _:
            return


def _clinician(person: Person, world: World, now: Now, prompt: str, chance: Chance) -> Message:
    drawn = world.rates.answers
    when = at_work(now.when + chance.days(drawn.days))
    answer = chance.by_share(
        {
            "invite": drawn.invite,
            "refer": drawn.refer,
            "not-now": drawn.not_now,
            "not-suitable": drawn.not_suitable,
            "person-declined": drawn.person_declined,
        }
    )
    if answer == "refer":
        return _by_the_person(person, world, when, prompt)
    if answer == "not-suitable":
        reason = chance.one_of(tuple(world.policy.again.not_suitable))
        return _message(person, prompt, answer, when, world, reason=reason)
    if answer == "not-now" and chance.happens(world.rates.own_words.capacity_doubted):
        return _message(person, prompt, answer, when, world, doubted=True)
    if answer == "person-declined" or answer == "not-now":
        return _message(person, prompt, answer, when, world, said=wish(person, world))
    return _message(person, prompt, answer, when, world)


def _by_the_person(person: Person, world: World, when: datetime, prompt: str) -> Message:
    """What the person says, through who asked them."""
    answer = "refer" if agrees(person, world, prompt) else "person-declined"
    return _message(person, prompt, answer, when, world, said=wish(person, world), agreed=answer == "refer")


def _message(
    person: Person, prompt: str, answer: str, when: datetime, world: World, *,
    said: str | None = None, reason: str | None = None, agreed: bool = False, doubted: bool = False,
) -> Message:  # fmt: skip
    provider = (world.policy.provider.ods, world.policy.provider.name) if agreed else None
    own = None if said is None else (said, "person")
    data = prompt_answer(person.patient, prompt, answer, when, wish=own, reason=reason, agreed_with=provider)["data"]
    if doubted:
        data["extension"] = [{"url": CAPACITY_DOUBTED, "valueBoolean": True}]
    had = when + person.chance(f"had {prompt} {answer}").days(0.01)
    return Message(_TYPE, person.practice.source, f"{prompt} {answer} {to_text(when)}", when, had, data)


PROMPT_ANSWERED = Kind(_TYPE, after=_after)
