"""FHIR OperationOutcome: every problem of a message, with no identifier in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from schemas.codes import OWN
from schemas.failures import Problem

FAILURE = f"{OWN}/CodeSystem/failure"
#: BaRS names its answers in a code system of its own.
BARS_ERROR = "https://fhir.nhs.uk/Codesystem/http-error-codes"
_CONFLICT = 409
_BAD_REQUEST = 400


def operation_outcome(problems: Sequence[Problem]) -> bytes:
    """An OperationOutcome as JSON bytes: one issue for each problem, with what is wrong, where, and what to do."""
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [_issue(problem) for problem in problems]})


def _issue(problem: Problem) -> dict[str, Any]:
    failure = problem.failure
    codings = [{"system": FAILURE, "code": failure.code}]
    bars = {_CONFLICT: "REC_CONFLICT", _BAD_REQUEST: "REC_BAD_REQUEST"}.get(failure.status)
    if bars:
        codings.append({"system": BARS_ERROR, "code": bars})
    issue: dict[str, Any] = {
        "severity": "error",
        "code": failure.issue,
        "details": {"coding": codings, "text": problem.words()},
        "diagnostics": failure.advice,
    }
    if problem.expression:
        issue["expression"] = [problem.expression]
    return issue
