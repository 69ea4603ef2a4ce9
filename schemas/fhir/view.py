"""The parts of FHIR resources that Fitpath reads, typed. What is not named here is carried, never read.

These structs are for reading what the referee has accepted: they take any
text, ignore what they do not name and hold no defaults but "not there".
"""

from __future__ import annotations

import msgspec


class View(msgspec.Struct, frozen=True, rename="camel"):
    """Base: FHIR's camelCase names."""


class Coding(View, frozen=True):
    """FHIR Coding."""

    system: str | None = None
    code: str | None = None


class Concept(View, frozen=True):
    """FHIR CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: str | None = None

    def code(self, system: str) -> str | None:
        """The first code of a system."""
        return next((coding.code for coding in self.coding if coding.system == system and coding.code), None)


class Period(View, frozen=True):
    """FHIR Period: dateTime texts."""

    start: str | None = None
    end: str | None = None


class Quantity(View, frozen=True):
    """FHIR Quantity: a number and a UCUM code."""

    value: float | None = None
    system: str | None = None
    code: str | None = None


class Extension(View, frozen=True):
    """FHIR Extension with the kinds of value that we read."""

    url: str
    extension: tuple[Extension, ...] = ()
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_code: str | None = None
    value_string: str | None = None
    value_date: str | None = None
    value_date_time: str | None = None
    value_coding: Coding | None = None
    value_codeable_concept: Concept | None = None
    value_reference: Reference | None = None
    value_identifier: Identifier | None = None
    value_uri: str | None = None

    def code(self) -> str | None:
        """The code, however it is stated: valueCode, valueCoding or valueCodeableConcept."""
        if self.value_code is not None:
            return self.value_code
        if self.value_coding is not None:
            return self.value_coding.code
        codings = self.value_codeable_concept.coding if self.value_codeable_concept else ()
        return next((coding.code for coding in codings if coding.code), None)


class Identifier(View, frozen=True):
    """FHIR Identifier."""

    use: str | None = None
    system: str | None = None
    value: str | None = None
    extension: tuple[Extension, ...] = ()


class Reference(View, frozen=True):
    """FHIR Reference: literal, or logical by an identifier."""

    reference: str | None = None
    type: str | None = None
    identifier: Identifier | None = None
    display: str | None = None


class HumanName(View, frozen=True):
    """FHIR HumanName."""

    use: str | None = None
    text: str | None = None
    family: str | None = None
    given: tuple[str, ...] = ()


class ContactPoint(View, frozen=True):
    """FHIR ContactPoint."""

    use: str | None = None
    system: str | None = None
    value: str | None = None


class Communication(View, frozen=True):
    """Patient.communication."""

    language: Concept | None = None
    preferred: bool = False


class Resource(View, frozen=True):
    """What every resource we read may have."""

    id: str | None = None
    extension: tuple[Extension, ...] = ()


class Patient(Resource, frozen=True):
    """FHIR Patient."""

    identifier: tuple[Identifier, ...] = ()
    name: tuple[HumanName, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()
    birth_date: str | None = None
    communication: tuple[Communication, ...] = ()
    general_practitioner: tuple[Reference, ...] = ()


class Parameter(View, frozen=True):
    """One of Parameters, with the kinds of value that we read."""

    name: str | None = None
    value_code: str | None = None
    value_string: str | None = None
    value_reference: Reference | None = None
    part: tuple[Parameter, ...] = ()

    def one(self, name: str) -> Parameter:
        """The first part of a name; an empty one where there is none."""
        return next((found for found in self.part if found.name == name), Parameter())


class Parameters(Resource, frozen=True):
    """FHIR Parameters."""

    parameter: tuple[Parameter, ...] = ()

    def one(self, name: str) -> Parameter:
        """The first parameter of a name; an empty one where there is none."""
        return Parameter(part=self.parameter).one(name)


class Organization(Resource, frozen=True):
    """FHIR Organization."""

    identifier: tuple[Identifier, ...] = ()
    name: str | None = None


class Practitioner(Resource, frozen=True):
    """FHIR Practitioner."""

    identifier: tuple[Identifier, ...] = ()
    name: tuple[HumanName, ...] = ()


class PractitionerRole(Resource, frozen=True):
    """FHIR PractitionerRole."""

    identifier: tuple[Identifier, ...] = ()
    practitioner: Reference | None = None
    organization: Reference | None = None


class Observation(Resource, frozen=True):
    """FHIR Observation with a coded value."""

    status: str | None = None
    value_codeable_concept: Concept | None = None


def code_of(extensions: tuple[Extension, ...], url: str) -> str | None:
    """The code in the extension with this URL."""
    return next((found.code() for found in extensions if found.url == url), None)
