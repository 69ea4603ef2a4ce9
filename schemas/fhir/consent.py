"""A FHIR Consent as we read it: whatever is agreed, taken back or objected to is one of its own.

Our own extensions on it, as FHIR R4 has no element for them: who agreed, how, who asked, and who recorded it.
"""

from __future__ import annotations

from typing import get_args

from schemas.codes import AGREEMENT_ITEM, AUDIENCE, CONSENT_PURPOSE, OWN
from schemas.facts import AgreedBy, Organisation
from schemas.fhir import view
from schemas.fhir.organisations import organisation_at
from schemas.fhir.payload import Entry, Payload
from schemas.topics import AUDIENCES, Audience

#: Who agreed (code: person, attorney, deputy); how (code, such as spoken or written); who asked (Reference or text).
AGREED_BY = f"{OWN}/StructureDefinition/agreed-by"
AGREED_HOW = f"{OWN}/StructureDefinition/agreed-how"
ASKED_BY = f"{OWN}/StructureDefinition/asked-by"
#: Which side recorded it (code: person, gp-practice, pain-service, ips-provider).
RECORDED_BY = f"{OWN}/StructureDefinition/recorded-by"

BY: dict[str, AgreedBy] = {by: by for by in get_args(AgreedBy)}
RECIPIENT = "IRCP"
_IMPLIED = "implied"
#: HL7's own rules (such as OPTIN) are no words that a person was shown.
_HL7 = "http://terminology.hl7.org/"
_AUDIENCES: dict[str, Audience] = {audience: audience for audience in AUDIENCES}


class Actor(view.View, frozen=True):
    """Consent.provision.actor."""

    role: view.Concept = view.Concept()
    reference: view.Reference = view.Reference()


class Provision(view.View, frozen=True):
    """Consent.provision."""

    type: str | None = None
    period: view.Period = view.Period()
    actor: tuple[Actor, ...] = ()
    purpose: tuple[view.Coding, ...] = ()
    code: tuple[view.Concept, ...] = ()


class Policy(view.View, frozen=True):
    """Consent.policy."""

    uri: str | None = None


class Consent(view.Resource, frozen=True):
    """What we read of a Consent."""

    identifier: tuple[view.Identifier, ...] = ()
    status: str | None = None
    category: tuple[view.Concept, ...] = ()
    date_time: str | None = None
    source_reference: view.Reference = view.Reference()
    policy: tuple[Policy, ...] = ()
    policy_rule: view.Concept = view.Concept()
    provision: Provision = Provision()

    def stands(self) -> bool:
        """Whether it allows something now."""
        return self.status == "active" and self.provision.type != "deny"

    def implied(self) -> bool:
        """Whether it rests on implied consent."""
        rules = (*(coding.code for coding in self.policy_rule.coding), self.policy_rule.text)
        return any(_IMPLIED in (rule or "").lower() for rule in (*rules, *(policy.uri for policy in self.policy)))

    def name(self) -> str | None:
        """Its identifier, else its id."""
        return next((found.value for found in self.identifier if found.value), self.id)

    def by(self) -> AgreedBy | None:
        """Who agreed, took it back or objects."""
        return BY.get(view.code_of(self.extension, AGREED_BY) or "")

    def how(self) -> str | None:
        """How they said so."""
        return view.code_of(self.extension, AGREED_HOW)

    def items(self) -> tuple[str, ...]:
        """What it is about, item by item."""
        codings = (*self.provision.purpose, *(c for concept in self.provision.code for c in concept.coding))
        return tuple(dict.fromkeys(c.code for c in codings if c.system == AGREEMENT_ITEM and c.code))

    def purpose(self) -> str | None:
        """What it is for: a code of our own list."""
        return next((code for concept in self.category if (code := concept.code(CONSENT_PURPOSE))), None)

    def words(self) -> str | None:
        """The version of the words that were shown."""
        codings = (coding for coding in self.policy_rule.coding if not (coding.system or "").startswith(_HL7))
        rule = next((coding.code for coding in codings if coding.code), None)
        source = self.source_reference
        stated = (rule, self.policy_rule.text, source.identifier.value if source.identifier else None, source.display)
        return next((text for text in (*stated, *(policy.uri for policy in self.policy)) if text), None)

    def asked_by(self) -> str | None:
        """Who asked the person."""
        for found in self.extension:
            if found.url == ASKED_BY:
                by = found.value_reference
                stated = (by.identifier.value if by and by.identifier else None, by.display if by else None)
                return next((text for text in (*stated, found.value_string) if text), None)
        return None


def recipient_of(payload: Payload, entry: Entry, consent: Consent) -> Organisation | None:
    """The organisation that may learn: the actor whose role is information recipient, else the only actor."""
    for actor in _recipients(consent):
        if found := organisation_at(payload, actor.reference, entry):
            return found
    return None


def audience_of(consent: Consent) -> Audience | None:
    """The audience that may learn, where the recipient is coded as one: a job centre has no ODS code."""
    coded = (actor.role.code(AUDIENCE) for actor in _recipients(consent))
    return next((_AUDIENCES[code] for code in coded if code in _AUDIENCES), None)


def _recipients(consent: Consent) -> tuple[Actor, ...]:
    actors = consent.provision.actor
    named = tuple(actor for actor in actors if any(coding.code == RECIPIENT for coding in actor.role.coding))
    return named or (actors if len(actors) == 1 else ())
