"""What FHIR elements are, taken from fhir.resources' models: how many, and of which kind of JSON value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel

Version = Literal["R4B", "STU3"]
Model: TypeAlias = type[BaseModel]
Primitive = Literal["string", "uri", "boolean", "integer", "decimal"]

#: GP Connect still shows STU3: its profiles say so in their URI.
_STU3_PROFILE = "/STU3/"
_PRIMITIVES: tuple[tuple[type, Primitive], ...] = ((bool, "boolean"), (int, "integer"), (Decimal, "decimal"))


@dataclass(frozen=True, slots=True)
class Element:
    """One element: a resource of any kind (``Resource``), a complex type with its model, or a primitive."""

    many: bool
    kind: Model | Primitive | Literal["Resource"]


def version_of(kind: str, profiles: list[Any], members: set[str], within: Version = "R4B") -> Version:
    """The FHIR version that a resource is written in: as its profile says, or by members that only STU3 has."""
    if any(isinstance(profile, str) and _STU3_PROFILE in profile for profile in profiles):
        return "STU3"
    return "STU3" if kind == "DocumentReference" and "indexed" in members else within


@cache
def model_of(kind: str, version: Version) -> Model | None:
    """The model of a resource kind; None when FHIR has no such resource. Models are imported when first needed."""
    from fhir.resources import R4B, STU3

    try:
        model = (STU3 if version == "STU3" else R4B).get_fhir_model_class(kind)
    except (KeyError, ValueError):
        return None
    return model if model.has_resource_base() and kind not in ("Resource", "DomainResource") else None


@cache
def elements(model: Model) -> dict[str, Element]:
    """The elements of a model by their JSON name; ``_name`` stands for the extensions of a primitive."""
    return {
        field.alias or name: _element(field.annotation)
        for name, field in model.model_fields.items()
        if name not in ("fhir_comments", "resource_type")
    }


@cache
def required(model: Model) -> dict[str, frozenset[str]]:
    """What a model cannot be without: the element (a choice without its type) and the names that give it."""
    groups: dict[str, set[str]] = {}
    for name, field in model.model_fields.items():
        said = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        choice = said.get("one_of_many") if said.get("one_of_many_required") else None
        if choice or said.get("element_required") or field.is_required():
            alias = field.alias or name
            groups.setdefault(str(choice or alias), set()).update({alias, f"_{alias}"})
    return {element: frozenset(names) for element, names in groups.items()}


def _element(annotation: Any) -> Element:  # noqa: ANN401 - any annotation
    from fhir_core.types import Uri

    many, found = False, [annotation]
    while found:
        inner = found.pop()
        if any(isinstance(mark, Uri) for mark in getattr(inner, "__metadata__", ())):
            return Element(many, "uri")
        origin = get_origin(inner)
        if origin is list:
            many = True
        if origin is not None or isinstance(inner, type(int | None)):
            found.extend(arg for arg in reversed(get_args(inner)) if arg is not type(None))
        elif isinstance(inner, type):
            return Element(many, _kind(inner))
    raise TypeError("an element of fhir.resources has no type that we know")


def _kind(inner: Any) -> Model | Primitive | Literal["Resource"]:  # noqa: ANN401 - fhir_core's types are made at run time
    if hasattr(inner, "get_model_klass"):
        model: Model = inner.get_model_klass()
        return "Resource" if model.__name__ == "Resource" else model
    return next((name for known, name in _PRIMITIVES if issubclass(inner, known)), "string")
