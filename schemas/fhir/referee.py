"""The referee: fhir.resources, R4B for R4 and STU3 for what GP Connect still shows. Every problem at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from schemas.failures import Problem
from schemas.fhir.models import Version, model_of
from schemas.fhir.shape import misshapen, version_in

#: What fhir.resources raises on some input instead of a ValidationError.
_STUMBLES = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError)


def referee(document: dict[str, Any]) -> list[Problem]:
    """What is not valid FHIR in a document: one problem for each element, with its FHIRPath; empty when it is valid.

    ``detail`` is the kind of error, never a value of the message.
    """
    kind = document.get("resourceType")
    known = isinstance(kind, str) and model_of(kind, version_in(document, "R4B")) is not None
    path = str(kind) if known else ""
    found: dict[str | None, Problem] = {}
    for problem in [*misshapen(document, path), *_judged(document, path, "R4B")]:
        found.setdefault(problem.expression, problem)
    return list(found.values())


def _judged(node: Any, path: str, within: Version) -> Iterator[Problem]:  # noqa: ANN401 - any JSON value
    """fhir.resources' own word, resource by resource: one it cannot read hides no other, and each has its version."""
    if not isinstance(node, dict) or not isinstance(node.get("resourceType"), str):
        return
    version = version_in(node, within)
    entries = node.get("entry") if node["resourceType"] == "Bundle" else None
    if isinstance(entries, list):
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield from _judged(entry.get("resource"), f"{path}.entry[{index}].resource", version)
        node = {**node, "entry": [_without_resource(entry) for entry in entries]}
    model = model_of(node["resourceType"], version)
    if model is None:
        return
    try:
        model.model_validate(node)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            yield Problem("not-valid", _expression(path, each["loc"], each["type"]), _WORDS.get(each["type"], _OTHER))
    except _STUMBLES:
        yield Problem("not-valid", path, _OTHER)


_OTHER = "not as FHIR has it"
_EXTRA = "extra_forbidden"
_WORDS = {
    _EXTRA: "an element that FHIR does not have here",
    "model_field_validation.missing": "it is required",
    "missing": "it is required",
    "string_pattern_mismatch": "not the form that FHIR gives it",
    "string_too_long": "too long",
}


def _without_resource(entry: Any) -> Any:  # noqa: ANN401 - any JSON value
    return {name: value for name, value in entry.items() if name != "resource"} if isinstance(entry, dict) else entry


def _expression(path: str, place: tuple[int | str, ...], kind: str) -> str:
    """The FHIRPath of an error's place; a name that FHIR does not have is left out."""
    for step in place[:-1] if kind == _EXTRA else place:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "root":
            path += f".{step.lstrip('_')}"
    return path
