"""CloudEvents in binary mode: the attributes stand in `ce-` headers, the body is the FHIR resource."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from schemas.envelope import UNREADABLE

if TYPE_CHECKING:
    from starlette.requests import Request

_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"\\(.)")


def ce_attributes(request: Request) -> dict[str, str]:
    """The `ce-` headers of a binary-mode event (CloudEvents HTTP binding 3.1.3).

    A value that cannot be decoded, or a name that stands twice, becomes UNREADABLE: it is refused by name.
    """
    named = [(name[3:], value) for name, value in request.headers.items() if name.startswith("ce-")]
    often = Counter(name for name, _ in named)
    return {name: UNREADABLE if often[name] > 1 else _decoded(value) for name, value in named}


def _decoded(value: str) -> str:
    """A quoted string is opened (older publishers), then percent-decoded once, as UTF-8."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _ESCAPED.sub(r"\1", value[1:-1])
    if not value.isascii() or _BROKEN_PERCENT.search(value):
        return UNREADABLE
    return unquote(value, errors="replace")
