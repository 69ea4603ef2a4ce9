"""The person's agreement to a referral: a FHIR Consent of its own, never a field of a Task.

Our own extensions on it, as FHIR R4 has no element for them: who agreed, how, and
who asked. A Consent that does not stand (another status, a denial) is no
agreement; one that stands but rests on implied consent, or does not say what
an agreement must say, is refused, so that its sender learns it.
"""

from __future__ import annotations

from typing import Literal, get_args

from schemas.codes import AGREEMENT_ITEM, OWN
from schemas.facts import Agreement, Organisation
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.dates import day
from schemas.fhir.organisations import organisation_at
from schemas.fhir.payload import Entry, Payload

#: Who agreed (code: person, attorney, deputy); how (code, such as spoken or written); who asked (Reference or text).
AGREED_BY = f"{OWN}/StructureDefinition/agreed-by"
AGREED_HOW = f"{OWN}/StructureDefinition/agreed-how"
ASKED_BY = f"{OWN}/StructureDefinition/asked-by"
#: The recorded identifier of an agreement, in the Consent that travels with a referral.
AGREEMENT_ID = f"{OWN}/Id/agreement"

_By = Literal["person", "attorney", "deputy"]
_BY: dict[str, _By] = {by: by for by in get_args(_By)}
RECIPIENT = "IRCP"
_IMPLIED = "implied"
#: HL7's own rules (such as OPTIN) are no words that a person was shown.
_HL7 = "http://terminology.hl7.org/"


def agreement_in(payload: Payload) -> Agreement | None:
    """The agreement that a payload holds, if any. Raises Refused (focus-not-usable) with all that is missing."""
    standing = [(entry, consent) for entry in payload.of("Consent") if (consent := entry.read(_Consent)).stands()]
    if not standing:
        return None
    if len(standing) > 1:
        raise Refused([Problem("focus-not-usable", standing[1][0].path, "more than one Consent that stands")])
    return _agreement(payload, *standing[0])


class _Actor(view.View, frozen=True):
    role: view.Concept = view.Concept()
    reference: view.Reference = view.Reference()


class _Provision(view.View, frozen=True):
    type: str | None = None
    actor: tuple[_Actor, ...] = ()
    purpose: tuple[view.Coding, ...] = ()
    code: tuple[view.Concept, ...] = ()


class _Policy(view.View, frozen=True):
    uri: str | None = None


class _Consent(view.Resource, frozen=True):
    identifier: tuple[view.Identifier, ...] = ()
    status: str | None = None
    date_time: str | None = None
    source_reference: view.Reference = view.Reference()
    policy: tuple[_Policy, ...] = ()
    policy_rule: view.Concept = view.Concept()
    provision: _Provision = _Provision()

    def stands(self) -> bool:
        return self.status == "active" and self.provision.type != "deny"

    def implied(self) -> bool:
        rules = (*(coding.code for coding in self.policy_rule.coding), self.policy_rule.text)
        return any(_IMPLIED in (rule or "").lower() for rule in (*rules, *(policy.uri for policy in self.policy)))

    def name(self) -> str | None:
        return next((found.value for found in self.identifier if found.value), self.id)

    def items(self) -> tuple[str, ...]:
        codings = (*self.provision.purpose, *(c for concept in self.provision.code for c in concept.coding))
        return tuple(dict.fromkeys(c.code for c in codings if c.system == AGREEMENT_ITEM and c.code))

    def words(self) -> str | None:
        codings = (coding for coding in self.policy_rule.coding if not (coding.system or "").startswith(_HL7))
        rule = next((coding.code for coding in codings if coding.code), None)
        source = self.source_reference
        stated = (rule, self.policy_rule.text, source.identifier.value if source.identifier else None, source.display)
        return next((text for text in (*stated, *(policy.uri for policy in self.policy)) if text), None)

    def asked_by(self) -> str | None:
        for found in self.extension:
            if found.url == ASKED_BY:
                by = found.value_reference
                stated = (by.identifier.value if by and by.identifier else None, by.display if by else None)
                return next((text for text in (*stated, found.value_string) if text), None)
        return None


def _agreement(payload: Payload, entry: Entry, consent: _Consent) -> Agreement:
    name, on, words, asked_by = consent.name(), day(consent.date_time), consent.words(), consent.asked_by()
    by = _BY.get(view.code_of(consent.extension, AGREED_BY) or "")
    how = view.code_of(consent.extension, AGREED_HOW)
    recipient, items = _recipient(payload, entry, consent), consent.items()
    missing = {
        "identifier": not name,
        "dateTime": on is None,
        "policyRule": not words,
        "provision.actor": recipient is None,
        "provision.purpose": not items,
        f"extension('{AGREED_BY}')": by is None,
        f"extension('{AGREED_HOW}')": not how,
        f"extension('{ASKED_BY}')": not asked_by,
    }
    problems = [Problem("focus-not-usable", f"{entry.path}.{path}", _NEEDED) for path, gone in missing.items() if gone]
    if consent.implied():
        problems.append(
            Problem("focus-not-usable", f"{entry.path}.policyRule", "a referral never rests on implied consent")
        )
    if problems or not (name and on and words and recipient and by and how and asked_by):
        raise Refused(problems)
    return Agreement(name, by, on, recipient, items, how, asked_by, words)


_NEEDED = "an agreement needs it"


def _recipient(payload: Payload, entry: Entry, consent: _Consent) -> Organisation | None:
    """The organisation that may learn: the actor whose role is information recipient, else the only actor."""
    actors = consent.provision.actor
    named = [actor for actor in actors if any(coding.code == RECIPIENT for coding in actor.role.coding)]
    for actor in named or (actors if len(actors) == 1 else ()):
        if found := organisation_at(payload, actor.reference, entry):
            return found
    return None
