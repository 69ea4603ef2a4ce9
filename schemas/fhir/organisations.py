"""Organisations by ODS code: only a stated ODS identifier counts, a local reference does not."""

from __future__ import annotations

from schemas.codes import ODS_SYSTEMS
from schemas.facts import Organisation
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.view import Identifier, Organization, Patient, PractitionerRole, Reference
from schemas.identifiers import is_ods_code


def organisation_at(payload: Payload, reference: Reference | None, holder: Entry) -> Organisation | None:
    """The organisation that a reference means: by its identifier, or by the resource that it points at.

    A PractitionerRole stands for its organization (which is no role again: references may run in a circle).
    """
    found, entry = _meant(payload, reference, holder)
    if found is None and entry is not None and entry.kind == "PractitionerRole":
        found, _ = _meant(payload, entry.read(PractitionerRole).organization, entry)
    return found


def first_organisation(
    payload: Payload, references: tuple[Reference | None, ...], holder: Entry
) -> Organisation | None:
    """The first organisation that any of the references means."""
    return next((found for ref in references if (found := organisation_at(payload, ref, holder))), None)


def practice_of(payload: Payload) -> Organisation | None:
    """The person's practice, as a Patient of the payload names it."""
    patients = [(entry, entry.read(Patient)) for entry in payload.of("Patient")]
    found = (first_organisation(payload, patient.general_practitioner, entry) for entry, patient in patients)
    return next((practice for practice in found if practice), None)


def only_organisation(payload: Payload) -> Organisation | None:
    """The organisation of a payload that holds exactly one, be it by itself or through a PractitionerRole."""
    found = {o.ods: o for entry in payload.of("Organization") if (o := _organisation(entry))}
    if not found:
        roles = [(entry, entry.read(PractitionerRole)) for entry in payload.of("PractitionerRole")]
        found = {o.ods: o for entry, role in roles if (o := organisation_at(payload, role.organization, entry))}
    return next(iter(found.values())) if len(found) == 1 else None


def _meant(payload: Payload, reference: Reference | None, holder: Entry) -> tuple[Organisation | None, Entry | None]:
    """The organisation that a reference means by itself or by an Organization; else the resource it points at."""
    if reference is None:
        return None, None
    if reference.identifier is not None and (ods := _ods((reference.identifier,))):
        return Organisation(ods, reference.display), None
    entry = payload.resolve(reference, holder)
    if entry is not None and entry.kind == "Organization":
        return _organisation(entry), None
    return None, entry


def _organisation(entry: Entry) -> Organisation | None:
    organization = entry.read(Organization)
    ods = _ods(organization.identifier)
    return Organisation(ods, organization.name) if ods else None


def _ods(identifiers: tuple[Identifier, ...]) -> str | None:
    values = (found.value.strip().upper() for found in identifiers if found.system in ODS_SYSTEMS and found.value)
    return next((value for value in values if is_ods_code(value)), None)
