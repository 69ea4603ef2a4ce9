import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from schemas.failures import FAILURES, IssueType, Problem, Refused

ROOT = Path(__file__).parents[2]
LIST = ROOT / "schemas" / "failures.py"
CODE = [path for folder in ("schemas", "services", "connectors") for path in sorted((ROOT / folder).rglob("*.py"))]
#: What is made with a failure code, and which of its arguments that is.
TAKES_A_CODE = {"Problem": 0, "Refusal": 0, "Dead": 1}
#: http://hl7.org/fhir/issue-type, FHIR R4.
# fmt: off
ISSUE_TYPES = {
    "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired", "forbidden",
    "suppressed", "processing", "not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "too-long",
    "code-invalid", "extension", "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store",
    "exception", "timeout", "incomplete", "throttled", "informational",
}
# fmt: on
#: What the door answers (EVENTS, "Answers of the door"), and 500 for a fault of our own.
STATUSES = {400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503}


def codes_in_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TAKES_A_CODE:
            place = TAKES_A_CODE[node.func.id]
            argument = node.args[place] if len(node.args) > place else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def texts(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_that_the_program_uses_is_in_the_list():
    used = {path.name: set(codes_in_calls(ast.parse(path.read_text()))) - FAILURES.keys() for path in CODE}
    assert {name: codes for name, codes in used.items() if codes} == {}


def test_every_code_of_the_list_is_used_by_the_program():
    said = set().union(*(texts(ast.parse(path.read_text())) for path in CODE if path != LIST))
    assert FAILURES.keys() - said == set()


@pytest.mark.parametrize("failure", FAILURES.values(), ids=lambda failure: failure.code)
def test_a_failure_has_status_issue_type_words_and_advice(failure):
    assert failure.status in STATUSES
    assert failure.issue in ISSUE_TYPES
    assert failure.words[0].isupper()
    assert not failure.words.endswith((".", ":"))
    assert failure.advice.endswith(".")


def test_the_codes_are_each_there_once_and_every_issue_type_is_one_of_fhirs():
    listed = [node.args[0].value for node in ast.walk(ast.parse(LIST.read_text())) if is_failure(node)]
    assert sorted(listed) == sorted(FAILURES)
    assert set(get_args(IssueType)) <= ISSUE_TYPES


def is_failure(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Failure"


def test_a_code_that_is_not_in_the_list_cannot_be_said():
    with pytest.raises(KeyError):
        Problem("no-such-code").words()


def test_the_gravest_problem_gives_the_status_what_cannot_be_read_before_what_is_not_valid():
    assert Refused([Problem("person-not-known"), Problem("envelope-incomplete", "id")]).status == 400
    assert Refused([Problem("person-not-known"), Problem("content-type-not-supported")]).status == 415
    assert Refused([Problem("person-not-known")]).status == 422


def test_the_text_of_a_refusal_holds_codes_only_each_once():
    why = Refused([Problem("not-valid", "Flag.status", "it is required"), Problem("not-valid", "Flag.code")])
    assert str(why) == "not-valid"


def test_whoever_was_not_served_is_told_to_send_it_again_with_the_same_id():
    for code in ("broker-away", "too-fast"):
        assert "end it again with the same id" in FAILURES[code].advice
