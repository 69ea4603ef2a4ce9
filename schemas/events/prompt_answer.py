"""``prompt-answered-1``: a professional answers a prompt, by the Task they got."""

from __future__ import annotations

from typing import get_args

from schemas.codes import PROMPT_ANSWER
from schemas.events.agreement import agreement_in
from schemas.events.capacity import capacity_doubted
from schemas.events.event_type import EventType
from schemas.events.task import Task, unnamed
from schemas.events.wish import wish_in
from schemas.facts import Agreement, AnswerKind, PromptAnswer, Wish
from schemas.failures import Problem, Refused
from schemas.fhir.payload import Entry, Payload

#: What a Task's status means where its businessStatus says nothing: one action, the person is asked.
UNSAID: dict[str, AnswerKind] = {"completed": "invite", "on-hold": "not-now", "rejected": "not-suitable"}

_ANSWERS: dict[str, AnswerKind] = {answer: answer for answer in get_args(AnswerKind)}
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
        wish = wish_in(task, focus)
    except Refused as refused:
        problems.extend(refused.problems)
    try:
        agreement = agreement_in(payload)
    except Refused as refused:
        problems.extend(refused.problems)
    if problems or answer is None:
        raise Refused(problems)
    return PromptAnswer(task.name() or "", answer, task.reason(), wish, agreement, capacity_doubted(task))


PROMPT_ANSWERED = EventType("prompt-answered-1", "a professional answered a prompt", ("Task",), _read)


def _answer(task: Task) -> AnswerKind | None:
    stated = task.business_status.code(PROMPT_ANSWER)
    return UNSAID.get(task.status or "") if stated is None else _ANSWERS.get(stated)
