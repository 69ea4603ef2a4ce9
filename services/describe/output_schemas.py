"""The JSON Schemas of what goes out, from the very models that outputs are written and read with."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.outputs import OUTPUT_TYPES


def output_schemas() -> tuple[dict[str, str], dict[str, Any]]:
    """The name of each output type's schema, and all schemas by name; they refer to ``#/components/schemas/...``."""
    rows = list(OUTPUT_TYPES.values())
    references, schemas = msgspec.json.schema_components(
        [row.model for row in rows], ref_template="#/components/schemas/{name}"
    )
    names = {row.name: reference["$ref"].rpartition("/")[2] for row, reference in zip(rows, references, strict=True)}
    return names, {name: plain(schema) for name, schema in sorted(schemas.items())}


def plain(schema: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A schema that every dialect reads.

    Patterns lose Python's own anchors; the ``discriminator`` goes: ``resourceType`` is a constant in each
    alternative, and AsyncAPI has another form for it.
    """
    match schema:
        case dict():
            found = {name: plain(value) for name, value in schema.items() if name != "discriminator"}
            if isinstance(found.get("pattern"), str):
                found["pattern"] = found["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
            if isinstance(found.get("description"), str):
                found["description"] = found["description"].replace("``", "`")
            return found
        case list():
            return [plain(value) for value in schema]
        case _:
            return schema
