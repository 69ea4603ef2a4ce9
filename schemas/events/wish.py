"""The person's wish, in an extension of our own on whatever a clinician sends.

It has three parts: ``wish`` (code of the wish list), ``by`` (person or clinician) and ``on`` (date).
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import OWN
from schemas.facts import Wish, WishBy, WishKind
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry

WISH_EXTENSION = f"{OWN}/StructureDefinition/wish"

_WISHES: dict[str, WishKind] = {wish: wish for wish in get_args(WishKind)}
_BY: dict[str, WishBy] = {by: by for by in get_args(WishBy)}


def wish_in(resource: view.Resource, entry: Entry) -> Wish | None:
    """The wish, if it is stated. Raises Refused when it is stated with a code that is not ours."""
    found = next((extension for extension in resource.extension if extension.url == WISH_EXTENSION), None)
    if found is None:
        return None
    wish = _WISHES.get(view.code_of(found.extension, "wish") or "")
    by = _BY.get(view.code_of(found.extension, "by") or "")
    if wish is None or by is None:
        raise Refused([Problem("focus-not-usable", f"{entry.path}.extension('{WISH_EXTENSION}')", "a wish and whose")])
    on = next((part.value_date or part.value_date_time for part in found.extension if part.url == "on"), None)
    return Wish(wish, by, day(on))
