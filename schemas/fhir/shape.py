"""The rules of FHIR JSON that fhir.resources lets pass: it takes "true" for true, text for an object, null, nothing.

Source: FHIR R4, "JSON Representation of Resources", and the data types string
(no control characters) and uri (no white space). Names that FHIR does not have
are never repeated: they are the sender's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from schemas.failures import Problem
from schemas.fhir.models import Element, Model, Version, elements, model_of, required, version_of

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WHITE_SPACE = re.compile(r"\s")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "uri": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "decimal": (int, Decimal),
}


def misshapen(node: Any, path: str, version: Version = "R4B") -> Iterator[Problem]:  # noqa: ANN401 - any JSON value
    """Every element of a resource that has not the shape FHIR gives it. ``path`` is the FHIRPath of the resource."""
    kind = node.get("resourceType") if isinstance(node, dict) else None
    model = model_of(kind, version_in(node, version)) if isinstance(kind, str) else None
    if model is None:
        yield _problem(path, "a FHIR resource is needed here")
    else:
        yield from _object(node, model, path, version_in(node, version), {"resourceType"})


def version_in(node: dict[str, Any], within: Version) -> Version:
    """The FHIR version of a resource in JSON, within another one's."""
    meta = node.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    return version_of(str(node.get("resourceType")), profiles if isinstance(profiles, list) else [], set(node), within)


def _object(node: Any, model: Model, path: str, version: Version, also: set[str]) -> Iterator[Problem]:  # noqa: ANN401
    if not isinstance(node, dict):
        yield _problem(path, "an object is needed here")
        return
    if not node.keys() - also:
        if not also:
            yield _problem(path, "an empty object")
        return
    for name, names in required(model).items():
        if not names & node.keys():
            yield _problem(f"{path}.{name}", "it is required")
    known = elements(model)
    for name, value in node.items():
        element = known.get(name)
        if element is not None:
            yield from _member(value, element, f"{path}.{name.lstrip('_')}", version, name.startswith("_"))
        elif name not in also:
            yield _problem(path, "an element that FHIR does not have here")


def _member(value: Any, element: Element, path: str, version: Version, beside: bool) -> Iterator[Problem]:  # noqa: ANN401
    if isinstance(value, list) != element.many:
        yield _problem(path, "a list is needed here" if element.many else "one value is needed here, no list")
    elif not element.many:
        yield from _one(value, element, path, version)
    elif not value or all(inner is None for inner in value):
        yield _problem(path, "an empty list")
    else:
        # null holds a place in a list of primitives and in the list of their extensions beside it
        holds_place = beside or isinstance(element.kind, str)
        for index, inner in enumerate(value):
            if inner is not None or not holds_place:
                yield from _one(inner, element, f"{path}[{index}]", version)


def _one(value: Any, element: Element, path: str, version: Version) -> Iterator[Problem]:  # noqa: ANN401
    kind = element.kind
    if value is None:
        yield _problem(path, "null stands for nothing in FHIR")
    elif kind == "Resource":
        yield from misshapen(value, path, version)
    elif not isinstance(kind, str):
        yield from _object(value, kind, path, version, set())
    elif not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield _problem(path, f"a JSON value of another type than {kind}")
    elif isinstance(value, str) and not value.strip():
        yield _problem(path, "an empty text")
    elif isinstance(value, str) and _CONTROL.search(value):
        yield _problem(path, "a control character")
    elif kind == "uri" and isinstance(value, str) and _WHITE_SPACE.search(value):
        yield _problem(path, "white space in a URI")


def _problem(path: str, detail: str) -> Problem:
    return Problem("not-valid", path or None, detail)
