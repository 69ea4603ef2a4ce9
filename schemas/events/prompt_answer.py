"""``prompt-answered-1``: a professional answers a prompt, by the Task they got.

The wish stands in an extension of our own on the Task, with three parts:
``wish`` (code of the wish list), ``by`` (person or clinician) and ``on`` (date).
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import OWN, PROMPT_ANSWER
from schemas.events.agreement import agreement_in
from schemas.events.event_type import EventType
from schemas.events.task import Task, unnamed
from schemas.facts import Agreement, AnswerKind, PromptAnswer, Wish, WishBy, WishKind
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload

WISH_EXTENSION = f"{OWN}/StructureDefinition/wish"
#: What a Task's status means where its businessStatus says nothing: one action, the person is asked.
UNSAID: dict[str, AnswerKind] = {"completed": "invite", "on-hold": "not-now", "rejected": "not-suitable"}

_ANSWERS: dict[str, AnswerKind] = {answer: answer for answer in get_args(AnswerKind)}
_WISHES: dict[str, WishKind] = {wish: wish for wish in get_args(WishKind)}
_BY: dict[str, WishBy] = {by: by for by in get_args(WishBy)}
_YES = frozenset({"invite", "refer"})


def _read(payload: Payload, focus: Entry) -> PromptAnswer:
    task = focus.read(Task)
    problems = unnamed(task, focus)
    answer = _answer(task)
    if task.status not in UNSAID:
        problems.append(Problem("focus-not-usable", f"{focus.path}.status", f"one of {', '.join(UNSAID)} is needed"))
    elif answer is None or (task.status == "rejected" and answer in _YES):
        problems.append(Problem("focus-not-usable", f"{focus.path}.businessStatus", "no answer that fits the status"))
    wish: Wish | None = None
    agreement: Agreement | None = None
    try:
        wish = _wish(task, focus)
    except Refused as refused:
        problems.extend(refused.problems)
    try:
        agreement = agreement_in(payload)
    except Refused as refused:
        problems.extend(refused.problems)
    if problems or answer is None:
        raise Refused(problems)
    return PromptAnswer(task.name() or "", answer, task.reason(), wish, agreement)


PROMPT_ANSWERED = EventType("prompt-answered-1", "a professional answered a prompt", ("Task",), _read)


def _answer(task: Task) -> AnswerKind | None:
    stated = task.business_status.code(PROMPT_ANSWER)
    return UNSAID.get(task.status or "") if stated is None else _ANSWERS.get(stated)


def _wish(task: Task, focus: Entry) -> Wish | None:
    """The wish, if it is stated. Raises Refused when it is stated with a code that is not ours."""
    found = next((extension for extension in task.extension if extension.url == WISH_EXTENSION), None)
    if found is None:
        return None
    wish = _WISHES.get(view.code_of(found.extension, "wish") or "")
    by = _BY.get(view.code_of(found.extension, "by") or "")
    if wish is None or by is None:
        raise Refused([Problem("focus-not-usable", f"{focus.path}.extension('{WISH_EXTENSION}')", "a wish and whose")])
    on = next((part.value_date or part.value_date_time for part in found.extension if part.url == "on"), None)
    return Wish(wish, by, day(on))
