"""The named worker: a person by an identifier. An organisation names none."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.codes import NHS_NUMBER_SYSTEMS, ODS_SYSTEMS
from schemas.fhir import view
from schemas.fhir.payload import Entry, Payload
from schemas.support_facts import Worker


def named_worker(payload: Payload, reference: view.Reference | None, holder: Entry) -> Worker | None:
    """Who a reference names: by its identifier, or by the Practitioner or PractitionerRole that it points at."""
    named, entry = _named(payload, reference, holder)
    if named or reference is None or entry is None or entry.kind != "PractitionerRole":
        return named
    role = entry.read(view.PractitionerRole)
    person, _ = _named(payload, role.practitioner, entry)
    if person:
        return Worker(person.id, reference.display or person.name)
    return _identified(role.identifier, reference.display or (role.practitioner or view.Reference()).display)


def first_worker(payload: Payload, references: Iterable[view.Reference], holder: Entry) -> Worker | None:
    """The first person that any of the references names."""
    return next((found for one in references if (found := named_worker(payload, one, holder))), None)


def _named(payload: Payload, reference: view.Reference | None, holder: Entry) -> tuple[Worker | None, Entry | None]:
    """The person that a reference names by itself or by a Practitioner; else the resource that it points at."""
    if reference is None or reference.type == "Organization":
        return None, None
    identifier = reference.identifier
    if identifier is not None and identifier.value:
        worker = Worker(identifier.value, reference.display)
        return None if identifier.system in ODS_SYSTEMS | NHS_NUMBER_SYSTEMS else worker, None
    entry = payload.resolve(reference, holder)
    if entry is None or entry.kind != "Practitioner":
        return None, entry
    practitioner = entry.read(view.Practitioner)
    return _identified(practitioner.identifier, reference.display or _name(practitioner.name)), None


def _identified(identifiers: tuple[view.Identifier, ...], name: str | None) -> Worker | None:
    return next((Worker(found.value, name) for found in identifiers if found.value), None)


def _name(names: tuple[view.HumanName, ...]) -> str | None:
    if not names:
        return None
    parts = [*names[0].given, *([names[0].family] if names[0].family else [])]
    return names[0].text or " ".join(parts) or None
