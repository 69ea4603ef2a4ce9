"""``person-answered-1``: the person's own answer, by the Task of the prompt that they were invited on.

The Task is named where they answered an invitation, and left out where they speak of their own accord. What they
agree to is a Consent beside it, item by item.
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import OWN, PERSON_ANSWER
from schemas.events.agreement import agreement_in
from schemas.events.capacity import capacity_doubted
from schemas.events.event_type import EventType
from schemas.events.task import Task
from schemas.facts import AgreedBy, Agreement, PersonAnswer, PersonAnswerKind
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.consent import BY
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload

#: Our own extension, in parts: ``by`` whom, ``how``, ``on`` which day, and the version of the ``words`` shown.
ANSWERED = f"{OWN}/StructureDefinition/answered"

_ANSWERS: dict[str, PersonAnswerKind] = {answer: answer for answer in get_args(PersonAnswerKind)}


def _read(payload: Payload, focus: Entry) -> PersonAnswer:
    task = focus.read(Task)
    answer = _ANSWERS.get(task.business_status.code(PERSON_ANSWER) or "")
    said = next((found.extension for found in task.extension if found.url == ANSWERED), ())
    by: AgreedBy | None = BY.get(view.code_of(said, "by") or "")
    how, words = view.code_of(said, "how"), next((part.value_string for part in said if part.url == "words"), None)
    on = day(next((part.value_date or part.value_date_time for part in said if part.url == "on"), None))
    problems: list[Problem] = []
    agreement: Agreement | None = None
    try:
        agreement = agreement_in(payload)
    except Refused as refused:
        problems.extend(refused.problems)
    consent = agreement is not None or bool(problems)
    rows = (
        ("businessStatus", f"one of {', '.join(_ANSWERS)} is needed", answer is not None),
        ("businessStatus", "an agreement is a Consent of its own", consent or answer != "agrees"),
        ("businessStatus", "a Consent goes with an agreement alone", not consent or answer == "agrees"),
        (f"extension('{ANSWERED}')", "by whom, how, when, and on which words", bool(by and how and words and on)),
    )
    stated = [Problem("focus-not-usable", f"{focus.path}.{path}", why) for path, why, fits in rows if not fits]
    problems = [*stated, *problems]
    if problems or not (answer and by and how and words and on):
        raise Refused(problems)
    return PersonAnswer(
        answer=answer, by=by, on=on, how=how, words=words, prompt=task.name(), agreement=agreement,
        capacity_doubted=capacity_doubted(task),
    )  # fmt: skip


PERSON_ANSWERED = EventType("person-answered-1", "the person says for themselves what they want", ("Task",), _read)
