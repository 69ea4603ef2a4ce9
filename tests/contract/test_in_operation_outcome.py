import json

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from schemas.failures import FAILURES, Problem
from schemas.operation_outcome import operation_outcome


def test_every_problem_is_an_issue_with_code_words_advice_and_place():
    outcome = json.loads(
        operation_outcome([Problem("not-valid", "Flag.status", "it is required"), Problem("person-not-known")])
    )
    first, second = outcome["issue"]
    assert (first["severity"], first["code"], first["expression"]) == ("error", "invariant", ["Flag.status"])
    assert first["details"]["text"] == "The resource is not valid FHIR: it is required"
    assert first["diagnostics"] == FAILURES["not-valid"].advice
    assert first["details"]["coding"][0]["code"] == "not-valid"
    assert "expression" not in second


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_every_failure_makes_a_valid_operation_outcome(code):
    OperationOutcome.model_validate_json(operation_outcome([Problem(code, "Bundle", "words")]))


@pytest.mark.parametrize(
    ("code", "bars"),
    [
        ("duplicate", "REC_CONFLICT"),
        ("id-reused", "REC_CONFLICT"),
        ("envelope-incomplete", "REC_BAD_REQUEST"),
        ("body-not-readable", "REC_BAD_REQUEST"),
        ("not-valid", None),
    ],
)
def test_conflicts_and_bad_requests_carry_the_code_of_bars(code, bars):
    codings = json.loads(operation_outcome([Problem(code)]))["issue"][0]["details"]["coding"]
    found = [coding["code"] for coding in codings if coding["system"].endswith("http-error-codes")]
    assert found == ([bars] if bars else [])
