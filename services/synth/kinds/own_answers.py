"""People who answer for themselves: on the page of their invitation, or of their own accord."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from schemas.codes import PERSON_ANSWER, TASK_ID
from schemas.events.person_answer import ANSWERED
from schemas.facts import PersonAnswerKind
from services.demo.messages import bundle, coded, consent
from services.domain.decisions import Decisions, Invited, Prompted, Referred
from services.synth.kinds.wishes import agrees, answers_at, way
from services.synth.people import Person
from services.synth.telling import Kind, Message, Now, World

_TYPE = "person-answered-1"
_PAGES = "https://pages.synth.example/answers"
_HAD = timedelta(seconds=20)


def _after(person: Person, world: World, now: Now, made: Decisions) -> Iterator[Message]:
    drawn = world.rates.own_words
    match made:
        case Invited(prompt=prompt):
            when = answers_at(person, world, now, prompt)
            if when is not None and way(person, world, prompt) == "own-page":
                yield _message(person, world, _answer(person, world, prompt), when, prompt, prompt)
        case Prompted(prompt=prompt):
            chance = person.chance(f"unasked {prompt}")
            if chance.happens(drawn.unasked):
                when = now.when + chance.days(world.rates.answers.days)
                yield _message(person, world, "does-not-want", when, f"unasked {prompt}", None)
        case Referred(referral=referral):
            chance = person.chance(f"changes their mind {referral}")
            if chance.happens(drawn.changes_mind):
                yield _message(person, world, "does-not-want", now.when + chance.days(drawn.days), referral, None)
        case _:
            return


def _answer(person: Person, world: World, prompt: str) -> PersonAnswerKind:
    drawn = world.rates.own_words
    said: PersonAnswerKind = "agrees" if agrees(person, world, prompt) else "does-not-want"
    shares: dict[PersonAnswerKind, float] = {
        "call-me": drawn.call_me,
        "not-now": drawn.not_now,
        said: 1 - drawn.call_me - drawn.not_now,
    }
    return person.chance(f"page {prompt}").by_share(shares)


def _message(
    person: Person, world: World, answer: PersonAnswerKind, when: datetime, name: str, prompt: str | None
) -> Message:
    said = [
        {"url": "by", "valueCode": "person"},
        {"url": "how", "valueCode": "own-page"},
        {"url": "on", "valueDate": when.date().isoformat()},
        {"url": "words", "valueString": "invitation-words-1"},
    ]
    task: dict[str, Any] = {
        "resourceType": "Task",
        "extension": [{"url": ANSWERED, "extension": said}],
        "status": "completed",
        "businessStatus": coded(PERSON_ANSWER, answer),
        "intent": "proposal",
        "for": person.patient.reference(),
    }
    if prompt is not None:
        task["identifier"] = [{"system": TASK_ID, "value": prompt}]
    provider = (world.policy.provider.ods, world.policy.provider.name)
    data = bundle(task, consent(person.patient, provider, when)) if answer == "agrees" else task
    return Message(_TYPE, _PAGES, f"{name} {answer}", when, when + _HAD, data)


PERSON_ANSWERED = Kind(_TYPE, after=_after)
