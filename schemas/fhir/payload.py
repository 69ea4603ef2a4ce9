"""A payload opened: its resources, each with its place, and how they point at each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TypeVar

import msgspec

from schemas.codes import NHS_NUMBER_SYSTEMS
from schemas.failures import Problem, Refused
from schemas.fhir.view import Reference, View
from schemas.quiet import Quiet

#: What a Bundle with one event may be. ``document`` is how a discharge Composition travels by itself, ``history`` how a
#: national signal does.
BUNDLE_TYPES = ("collection", "message", "document", "history")

R = TypeVar("R")
_KIND = re.compile(r"[A-Z][A-Za-z]{1,40}")
_PLACE = re.compile(r"at `\$\.?(.*?)`$")


class Entry(Quiet, frozen=True):
    """One resource and where it stands (``Bundle.entry[1].resource``). ``within`` is the holder of a contained one."""

    path: str
    kind: str
    id: str | None
    url: str | None
    within: str | None
    raw: msgspec.Raw
    about: tuple[tuple[str, Reference], ...]

    def read(self, view: type[R]) -> R:
        """Read the resource as a view. Raises Refused when an element has another type than the view."""
        return _decode(self.raw, view, self.path)


class Payload(Quiet, frozen=True):
    """The resources of a payload in their order; ``header`` is what a MessageHeader says is the focus."""

    bundle_id: str | None
    entries: tuple[Entry, ...]
    header: tuple[Reference, ...]

    def of(self, kind: str) -> Iterator[Entry]:
        """All resources of a kind."""
        return (entry for entry in self.entries if entry.kind == kind)

    def resolve(self, reference: Reference | None, holder: Entry) -> Entry | None:
        """The resource of this payload that a literal reference points at, if it is here."""
        if reference is None or not reference.reference:
            return None
        target = reference.reference
        if target.startswith("#"):
            root = holder.within or holder.path
            return next((e for e in self.entries if e.within == root and f"#{e.id}" == target), None)
        return next(
            (e for e in self.entries if e.within is None and (e.url == target or f"{e.kind}/{e.id}" == target)), None
        )

    def focus(self, kinds: tuple[str, ...]) -> Entry:
        """The one resource that the event is about: of the first kind that is there, exactly one.

        A message may hold several of a kind: then its header says which. Raises Refused (focus-missing).
        """
        for kind in kinds:
            found = [entry for entry in self.of(kind) if entry.within is None]
            if len(found) > 1 and self.header:
                found = [entry for entry in found if any(self.resolve(ref, entry) is entry for ref in self.header)]
            if len(found) == 1:
                return found[0]
            if found:
                raise Refused([Problem("focus-missing", found[1].path, f"more than one {kind}")])
        raise Refused([Problem("focus-missing", None, f"one of {', '.join(kinds)} is needed")])


def open_payload(body: bytes) -> Payload:
    """Open JSON bytes that are one FHIR resource. Raises Refused (not-valid)."""
    kind = _decode(body, _Kind, "").resource_type
    if kind != "Bundle":
        path = kind if _KIND.fullmatch(kind) else ""  # the sender's word: never repeated unless it can be FHIR's
        return Payload(None, tuple(_entries(msgspec.Raw(body), path, None)), ())
    top = _decode(body, _Bundle, kind)
    if top.type not in BUNDLE_TYPES:
        raise Refused([Problem("not-valid", "Bundle.type", f"one of {', '.join(BUNDLE_TYPES)} is needed")])
    found: list[Entry] = []
    for index, entry in enumerate(top.entry):
        if bytes(entry.resource):
            found.extend(_entries(entry.resource, f"Bundle.entry[{index}].resource", entry.full_url))
    header = next((entry for entry in found if entry.kind == "MessageHeader"), None)
    return Payload(top.id, tuple(found), header.read(_Header).focus if header else ())


class _BundleEntry(View, frozen=True):
    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw()


class _Kind(View, frozen=True):
    resource_type: str


class _Bundle(View, frozen=True):
    id: str | None = None
    type: str | None = None
    entry: tuple[_BundleEntry, ...] = ()


class _Head(View, frozen=True):
    resource_type: str
    id: str | None = None
    contained: tuple[msgspec.Raw, ...] = ()
    subject: msgspec.Raw = msgspec.Raw()
    patient: msgspec.Raw = msgspec.Raw()
    for_: msgspec.Raw = msgspec.field(name="for", default=msgspec.Raw())
    participant: msgspec.Raw = msgspec.Raw()


class _Participant(View, frozen=True):
    actor: Reference = Reference()


class _Header(View, frozen=True):
    focus: tuple[Reference, ...] = ()


def _entries(raw: msgspec.Raw, path: str, url: str | None, within: str | None = None) -> Iterator[Entry]:
    head = _decode(raw, _Head, path)
    about = tuple(
        (f"{path}.{name}", _decode(value, Reference, f"{path}.{name}"))
        for name, value in (("subject", head.subject), ("patient", head.patient), ("for", head.for_))
        if bytes(value).startswith(b"{")
    )
    if head.resource_type == "Appointment":
        about = tuple(_patients(head.participant, f"{path}.participant"))
    yield Entry(path, head.resource_type, head.id, url, within, raw, about)
    for index, inner in enumerate(head.contained):
        yield from _entries(inner, f"{path}.contained[{index}]", None, path)


def _patients(raw: msgspec.Raw, path: str) -> Iterator[tuple[str, Reference]]:
    """Whom an appointment is about: it has no subject, and professionals take part in it too."""
    for index, found in enumerate(_decode(raw, tuple[_Participant, ...], path) if bytes(raw) else ()):
        actor = found.actor
        numbered = actor.identifier is not None and actor.identifier.system in NHS_NUMBER_SYSTEMS
        if numbered or actor.type == "Patient" or (actor.identifier is None and actor.type is None):
            yield f"{path}[{index}].actor", actor


def _decode(raw: bytes | msgspec.Raw, view: type[R], path: str) -> R:
    try:
        found: R = _decoder(view).decode(raw)  # type: ignore[arg-type]  # a class is hashable
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        parts = [part for part in (path, place.group(1) if place else "") if part]
        raise Refused([Problem("not-valid", ".".join(parts) or None, "another type than the element has")]) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused([Problem("body-not-readable")]) from None
    return found


@cache
def _decoder(view: type[R]) -> msgspec.json.Decoder[R]:
    """One for each view, made once."""
    return msgspec.json.Decoder(view)
