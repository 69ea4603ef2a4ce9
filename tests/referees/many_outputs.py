"""Outputs of every kind to be judged: those of all stories, and of many histories, each differing in its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from outbound_histories import all_stories, tellings

from schemas.outputs import OUTPUT_TYPES
from services.domain.outputs import Output

_HISTORIES = 200
_MOST_OF_A_KIND = 50


@cache
def outputs_by_kind() -> dict[str, list[dict[str, Any]]]:
    """At most so many resources of each kind of output, no two with the same elements; the same in every run."""
    found: dict[str, dict[frozenset[str], dict[str, Any]]] = {kind: {} for kind in OUTPUT_TYPES}
    for output in _outputs():
        resource = json.loads(output.data)
        found[output.type].setdefault(frozenset(_elements(resource)), resource)
    return {kind: list(shapes.values())[:_MOST_OF_A_KIND] for kind, shapes in found.items()}


def _outputs() -> list[Output]:
    outputs = [output for telling in all_stories() for output in telling.outputs]

    @settings(
        max_examples=_HISTORIES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(tellings())
    def tell(telling: Any) -> None:
        outputs.extend(telling.outputs)

    tell()
    return outputs


def _elements(node: Any, path: str = "") -> Iterator[str]:
    """Each element that is there; of lists how many things are in them; of codes which."""
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from _elements(inner, f"{path}.{name}")
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from _elements(inner, f"{path}[{number}]")
    else:
        yield f"{path}={node}" if path.endswith(("status", "code", "intent", "resourceType")) else path
