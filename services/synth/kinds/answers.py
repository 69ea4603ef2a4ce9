"""Answers to prompts: who was asked answers, some after a reminder and some never; then the person who was invited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.envelope import to_text
from services.demo.messages import prompt_answer
from services.domain.decisions import Decisions, Escalated, Invited, Prompted, Reminded
from services.synth.chance import Chance
from services.synth.people import Person
from services.synth.telling import Kind, Message, Now, World, at_work

_TYPE = "prompt-answered-1"
#: Of those who are not sure: who agrees all the same.
_AGREES_UNSURE = 0.4


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
            chance = person.chance(f"invited {prompt}")
            if chance.happens(drawn.person_answers):
                yield _by_the_person(person, world, at_work(now.when + chance.days(drawn.person_days)), prompt, chance)
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
        return _by_the_person(person, world, when, prompt, chance)
    if answer == "not-suitable":
        reason = chance.one_of(tuple(world.policy.again.not_suitable))
        return _message(person, prompt, answer, when, world, reason=reason)
    if answer == "person-declined" or answer == "not-now":
        return _message(person, prompt, answer, when, world, wish=(_wish(person, world), "person"))
    return _message(person, prompt, answer, when, world)


def _by_the_person(person: Person, world: World, when: datetime, prompt: str, chance: Chance) -> Message:
    """What the person says, through who asked them."""
    wish = _wish(person, world)
    if wish == "does-not-want" or (wish == "not-sure" and not chance.happens(_AGREES_UNSURE)):
        return _message(person, prompt, "person-declined", when, world, wish=(wish, "person"))
    return _message(person, prompt, "refer", when, world, wish=(wish, "person"), agreed=True)


def _wish(person: Person, world: World) -> str:
    """Their relationship with work: the same whenever they are asked."""
    return person.chance("wish").by_share(world.rates.wish)


def _message(
    person: Person, prompt: str, answer: str, when: datetime, world: World, *,
    wish: tuple[str, str] | None = None, reason: str | None = None, agreed: bool = False,
) -> Message:  # fmt: skip
    provider = (world.policy.provider.ods, world.policy.provider.name) if agreed else None
    event = prompt_answer(person.patient, prompt, answer, when, wish=wish, reason=reason, agreed_with=provider)
    had = when + person.chance(f"had {prompt} {answer}").days(0.01)
    return Message(_TYPE, person.practice.source, f"{prompt} {answer} {to_text(when)}", when, had, event["data"])


PROMPT_ANSWERED = Kind(_TYPE, after=_after)
