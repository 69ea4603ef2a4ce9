"""A referral as an event names it: by the identifier of the Task or of the ServiceRequest that the provider got."""

from __future__ import annotations

from schemas.codes import RFC4122, TASK_ID
from schemas.fhir import view
from schemas.outputs.referral import REFERRAL_ID


def referral_named(references: tuple[view.Reference, ...]) -> str | None:
    """The referral that one of the references names; none where none does."""
    named = [found.identifier for found in references if found.identifier is not None]
    for system in (TASK_ID, REFERRAL_ID, RFC4122):
        for identifier in named:
            if identifier.system == system and identifier.value:
                return identifier.value.removeprefix("urn:uuid:")
    return None
