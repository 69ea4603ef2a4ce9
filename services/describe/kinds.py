"""The types of models in words for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from msgspec import Struct, inspect

from schemas.fhir.fast_types import Code, Date, DateTime, Id, Instant, Strict, Uri

_FORMS = {
    get_args(form)[1].pattern: words
    for form, words in (
        (Code, "a code"),
        (Date, "a day"),
        (DateTime, "a day or a time"),
        (Id, "an id"),
        (Instant, "a time"),
        (Uri, "a URI"),
    )
}


def fields_of(model: type[Struct]) -> Sequence[inspect.Field]:
    """The fields of a model with their types."""
    described = inspect.type_info(model)
    if not isinstance(described, inspect.StructType):
        raise TypeError("a model is a struct")
    return described.fields


def in_words(kind: inspect.Type) -> str:
    """What a value of a type can be."""
    match kind:
        case inspect.Metadata(type=inner):
            return in_words(inner)
        case inspect.UnionType(types):
            return " or ".join(in_words(each) for each in types if not isinstance(each, inspect.NoneType))
        case inspect.LiteralType(values):
            return ", ".join(str(value) for value in values)
        case inspect.VarTupleType(item_type=item, min_length=least):
            return f"{'one or more' if least else 'any number'} of: {in_words(item)}"
        case inspect.TupleType(items):
            return " and ".join(in_words(each) for each in items)
        case inspect.StrType(pattern=form) if form in _FORMS:
            return _FORMS[form]
        case inspect.StructType(cls) if issubclass(cls, Strict):
            return (cls.__doc__ or "").partition(":")[0].partition("\n")[0].rstrip(".").replace("``", "")
        case inspect.StructType(cls, fields):
            return f"{cls.__name__.lower()} ({', '.join(field.name.replace('_', ' ') for field in fields)})"
        case inspect.BoolType():
            return "yes or no"
        case inspect.DateType():
            return "a day"
        case inspect.DateTimeType():
            return "a time"
        case inspect.IntType() | inspect.FloatType():
            return "a number"
        case _:
            return "text"
