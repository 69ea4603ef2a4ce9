"""Whom a payload is about: only an NHS number says so (EVENTS.md, "Whom is it about").

A local reference, a name, a birth date or a National Insurance number never
identifies anybody and is never matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from schemas.codes import NHS_NUMBER, NHS_NUMBER_SYSTEMS, VERIFICATION_EXTENSIONS, VERIFIED
from schemas.facts import Person, Telecom, Verification
from schemas.failures import Problem, Refused
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload
from schemas.fhir.view import Identifier, Parameters, Patient, code_of
from schemas.identifiers import NhsNumber, NotAnIdentifier
from schemas.quiet import Quiet

_TEN_DIGITS = re.compile(r"(?:[0-9][ -]?){9}[0-9]")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
#: UK Core's older list of languages has codes of its own for some; its Braille and Makaton are no languages.
_SIGN_LANGUAGES = {"q2": "ase", "q3": "asf", "q4": "bfi"}
_OLD = "old"  # somebody else may have the number by now
_NOT_IN_FORCE = frozenset({_OLD, "temp"})


class Claim(Quiet, frozen=True):
    """One place that says an NHS number, and whether it says that the number was verified."""

    number: NhsNumber
    verification: Verification
    path: str
    patient: Patient | None = None


def claims_of(payload: Payload) -> tuple[Claim, ...]:
    """Every NHS number that a payload states. Raises Refused with each one that is not valid."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    for identifier, path, patient in stated_identifiers(payload):
        if identifier.system in NHS_NUMBER_SYSTEMS and identifier.value and identifier.use not in _NOT_IN_FORCE:
            try:
                number = NhsNumber.parse(identifier.value)
            except NotAnIdentifier as why:
                problems.append(Problem("nhs-number-not-valid", f"{path}.value", str(why)))
            else:
                claims.append(Claim(number, _verification(identifier), path, patient))
    if problems:
        raise Refused(problems)
    return tuple(claims)


def stated_identifiers(payload: Payload) -> Iterator[tuple[Identifier, str, Patient | None]]:
    """Every identifier of a person in a payload, with its place and the Patient that holds it, if one does."""
    for entry in payload.entries:
        if entry.kind == "Patient":
            patient = entry.read(Patient)
            for index, identifier in enumerate(patient.identifier):
                yield identifier, f"{entry.path}.identifier[{index}]", patient
        if entry.kind == "Parameters":
            yield from _subject_of_a_signal(entry)
        for path, reference in entry.about:
            if reference.identifier is not None:
                yield reference.identifier, f"{path}.identifier", None


def _subject_of_a_signal(entry: Entry) -> Iterator[tuple[Identifier, str, None]]:
    """Whom a national signal is about: MNS states the number without a system."""
    for index, parameter in enumerate(entry.read(Parameters).parameter):
        for part_index, part in enumerate(parameter.part):
            stated = part.value_reference.identifier if part.name == "subject" and part.value_reference else None
            if parameter.name == "additional-context" and stated is not None:
                place = f"{entry.path}.parameter[{index}].part[{part_index}].value.identifier"
                yield replace(stated, system=stated.system or NHS_NUMBER), place, None


def number_of_subject(subject: str | None) -> NhsNumber | None:
    """The NHS number in the envelope's subject: ten digits, bare or after an NHS number system and ``|``.

    Anything else names nobody. Raises Refused when the number is not valid.
    """
    system, bar, value = (subject or "").rpartition("|")
    if (bar and system not in NHS_NUMBER_SYSTEMS) or not _TEN_DIGITS.fullmatch(value):
        return None
    try:
        return NhsNumber.parse(value)
    except NotAnIdentifier as why:
        raise Refused([Problem("nhs-number-not-valid", "subject", str(why))]) from None


def person_of(payload: Payload, focus: Entry | None) -> Person:
    """The one person of a payload. Raises Refused: nobody, more than one, or a number that is not valid."""
    claims = claims_of(payload)
    if not claims:
        raise Refused([Problem("person-not-known")])
    number = claims[0].number
    other = next((claim for claim in claims if claim.number != number), None)
    if other:
        raise Refused([Problem("persons-disagree", other.path)])
    stated = {claim.verification for claim in claims}
    verification: Verification = next(v for v in ("not-verified", "verified", "not-stated") if v in stated)
    patient = _demographics(payload, claims, focus)
    if patient is None:
        return Person(number.reveal(), verification)
    names = [name for name in patient.name if name.use != _OLD]
    name = next((n for n in names if n.use == "official"), names[0] if names else None)
    return Person(
        nhs_number=number.reveal(),
        verification=verification,
        birth_date=day(patient.birth_date),
        family=name.family if name else None,
        given=name.given if name else (),
        telecom=tuple(Telecom(t.system, t.value) for t in patient.telecom if t.system and t.value and t.use != _OLD),
        language=_language(patient),
    )


def _verification(identifier: Identifier) -> Verification:
    codes = [code_of(identifier.extension, url) for url in VERIFICATION_EXTENSIONS]
    stated = [code for code in codes if code]
    if not stated:
        return "not-stated"
    return "verified" if all(code in VERIFIED for code in stated) else "not-verified"


def _demographics(payload: Payload, claims: tuple[Claim, ...], focus: Entry | None) -> Patient | None:
    """The Patient that carries the number; one without any number only where the focus points at it."""
    numbered = [claim.patient for claim in claims if claim.patient is not None]
    full = next((patient for patient in numbered if patient.birth_date or patient.name), None)
    if full is None and focus is not None:
        for _, reference in focus.about:
            pointed = payload.resolve(reference, focus)
            if pointed is not None and pointed.kind == "Patient":
                return pointed.read(Patient)
    return full or next(iter(numbered), None)


def _language(patient: Patient) -> str | None:
    """The language they prefer, by its tag (BCP 47)."""
    ordered = sorted(patient.communication, key=lambda spoken: not spoken.preferred)
    for spoken in ordered:
        for coding in spoken.language.coding if spoken.language else ():
            tag = _SIGN_LANGUAGES.get(coding.code or "", coding.code or "")
            if _LANGUAGE_TAG.fullmatch(tag):
                return tag
    return None
