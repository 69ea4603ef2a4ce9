"""Doubt whether the person has the mental capacity to agree, as an answer states it: an extension of our own."""

from __future__ import annotations

from schemas.codes import OWN
from schemas.fhir import view

#: Boolean: true where there is doubt, false where there is none any more.
CAPACITY_DOUBTED = f"{OWN}/StructureDefinition/capacity-doubted"


def capacity_doubted(resource: view.Resource) -> bool | None:
    """What is said of it; none where nothing is."""
    return next((found.value_boolean for found in resource.extension if found.url == CAPACITY_DOUBTED), None)
