"""A message at the door: from the body that came to the payload that is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from schemas.events import read_payload
from schemas.failures import Problem, Refused
from schemas.fhir.body import json_of
from schemas.fhir.fast import recognises
from schemas.fhir.json_text import read_json
from schemas.fhir.naming import ids_holding, name_person, names_somebody
from schemas.fhir.payload import Payload, open_payload
from schemas.fhir.person import number_of_subject
from schemas.fhir.referee import referee
from schemas.identifiers import NhsNumber
from schemas.quiet import Quiet


class Message(Quiet, frozen=True):
    """What a door accepts.

    ``payload`` is the JSON that goes on ``fitpath.events``: the sender's own bytes, with a Patient added where
    only the envelope named the person. ``fast`` says that the typed path knew the shape.
    """

    payload: bytes
    number: NhsNumber
    fast: bool


def read_message(event_type: str, media_type: str, body: bytes, subject: str | None) -> Message:
    """Read a body as an event of a type; ``subject`` is the CloudEvents subject, an NHS number or none.

    Raises Refused with every problem found.
    """
    payload, problems = json_of(media_type, body)
    fast = recognises(payload)
    if not fast:
        problems.extend(referee(read_json(payload)))
    named: NhsNumber | None = None
    try:
        named = number_of_subject(subject)
    except Refused as refused:
        problems.extend(refused.problems)
    try:
        opened = sent = open_payload(payload)
        if named is not None and not names_somebody(opened):
            payload = name_person(payload, named)
            opened = open_payload(payload)
    except Refused as refused:
        raise Refused(_together(problems, refused.problems)) from None
    try:
        person, _ = read_payload(event_type, opened)
    except Refused as refused:
        raise Refused(_together(problems, _as_sent(refused.problems, opened, sent))) from None
    number = NhsNumber.parsed(person.nhs_number)
    if named is not None and named != number:
        problems.append(Problem("persons-disagree", "subject"))
    held = [Problem("identifier-in-id", path) for path in ids_holding(opened, number)]
    problems.extend(_as_sent(held, opened, sent))
    if problems:
        raise Refused(problems)
    return Message(payload, number, fast)


def _as_sent(problems: Iterable[Problem], opened: Payload, sent: Payload) -> list[Problem]:
    """Problems with their places as the sender knows them: a bare resource may stand in a Bundle of ours by now."""
    if opened is sent or not sent.entries:
        return list(problems)
    ours, theirs = opened.entries[0].path, sent.entries[0].path
    return [
        replace(problem, expression=theirs + problem.expression.removeprefix(ours))
        if problem.expression and problem.expression.startswith(ours)
        else problem
        for problem in problems
    ]


def _together(first: list[Problem], then: Iterable[Problem]) -> list[Problem]:
    """All problems, each once; what follows from another one is left out."""
    codes = {problem.code for problem in first}
    left_out = {"not-valid"} & codes
    if "nhs-number-not-valid" in codes:
        left_out.add("person-not-known")
    return list(dict.fromkeys([*first, *(problem for problem in then if problem.code not in left_out)]))
