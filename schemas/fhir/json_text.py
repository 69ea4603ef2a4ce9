"""The gate for JSON text: what two readers could read differently is not read at all."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from schemas.failures import Problem, Refused

#: How deep objects and lists may nest. FHIR's own shapes stay far below it.
DEEPEST = 64
_LONGEST_NUMBER = 40
_GREATEST_EXPONENT = 30
_NESTED = re.compile(r"[\[{]")


def read_json(text: bytes) -> dict[str, Any]:
    """Read JSON bytes as an object; decimals stay as written (``Decimal``).

    Raises Refused (body-not-readable): not UTF-8, not JSON or no object, a name twice in one object, NaN or
    infinity, a number beyond what FHIR readers agree on, nesting deeper than 64.
    """
    try:
        words = text.decode()
        document = _DECODER.decode(words)
    except UnicodeDecodeError:
        raise _not_readable("it is not UTF-8") from None
    except RecursionError:
        raise _not_readable("it is nested too deep") from None
    except ValueError as error:
        raise _not_readable(str(error) if isinstance(error, _NotJson) else "it is not JSON") from None
    if not isinstance(document, dict):
        raise _not_readable("it is no JSON object")
    if len(_NESTED.findall(words)) > DEEPEST and _deeper(document, DEEPEST):
        raise _not_readable("it is nested too deep")
    return document


class _NotJson(ValueError):  # noqa: N818 - what it is, not that it is an error
    """Something that Python's reader allows and JSON, or FHIR, does not. The text holds none of the message."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotJson("a name stands twice in one object")
    return found


def _decimal(digits: str) -> Decimal:
    number = Decimal(digits)
    if len(digits) > _LONGEST_NUMBER or abs(number.adjusted()) > _GREATEST_EXPONENT:
        raise _NotJson("a number is out of range")
    return number


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _NotJson("a number is out of range")
    return int(digits)


def _constant(_name: str) -> NoReturn:
    raise _NotJson("NaN and infinity are no JSON numbers")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
)


def _deeper(node: Any, levels: int) -> bool:  # noqa: ANN401 - any JSON value
    if not isinstance(node, dict | list):
        return False
    if levels == 0:
        return True
    return any(_deeper(inner, levels - 1) for inner in (node.values() if isinstance(node, dict) else node))


def _not_readable(detail: str) -> Refused:
    return Refused([Problem("body-not-readable", detail=detail)])
