"""What a person says when they are asked, when, and in which way: the same for every kind of event that tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.synth.people import Person
from services.synth.telling import Now, World, at_work

Way = Literal["through-who-asked", "own-page", "in-writing"]
#: Of those who are not sure: who agrees all the same.
_AGREES_UNSURE = 0.4


def wish(person: Person, world: World) -> str:
    """Their relationship with work: the same whenever they are asked."""
    return person.chance("wish").by_share(world.rates.wish)


def agrees(person: Person, world: World, prompt: str) -> bool:
    """Whether they agree to be referred."""
    found = wish(person, world)
    if found == "not-sure":
        return person.chance(f"agrees {prompt}").happens(_AGREES_UNSURE)
    return found != "does-not-want"


def answers_at(person: Person, world: World, now: Now, prompt: str) -> datetime | None:
    """When they answer an invitation; none: they do not."""
    chance, drawn = person.chance(f"invited {prompt}"), world.rates.answers
    return at_work(now.when + chance.days(drawn.person_days)) if chance.happens(drawn.person_answers) else None


def way(person: Person, world: World, prompt: str) -> Way:
    """The way in which they answer an invitation. Only a yes is put in writing."""
    drawn = world.rates.own_words
    ways: dict[Way, float] = {
        "own-page": drawn.own_page,
        "in-writing": drawn.in_writing,
        "through-who-asked": 1 - drawn.own_page - drawn.in_writing,
    }
    found = person.chance(f"way {prompt}").by_share(ways)
    return "through-who-asked" if found == "in-writing" and not agrees(person, world, prompt) else found
