"""The person's agreement to a referral: a FHIR Consent of its own, never a field of a Task.

A Consent that does not stand (another status, a denial) is no agreement; one that stands but rests on implied
consent, or does not say what an agreement must say, is refused, so that its sender learns it.
"""

from __future__ import annotations

from schemas.codes import OWN
from schemas.facts import Agreement
from schemas.failures import Problem, Refused
from schemas.fhir.consent import AGREED_BY, AGREED_HOW, ASKED_BY, Consent, recipient_of
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload

#: The recorded identifier of an agreement, in the Consent that travels with a referral.
AGREEMENT_ID = f"{OWN}/Id/agreement"


def agreement_in(payload: Payload) -> Agreement | None:
    """The agreement that a payload holds, if any. Raises Refused (focus-not-usable) with all that is missing."""
    standing = [(entry, consent) for entry in payload.of("Consent") if (consent := entry.read(Consent)).stands()]
    if not standing:
        return None
    if len(standing) > 1:
        raise Refused([Problem("focus-not-usable", standing[1][0].path, "more than one Consent that stands")])
    return _agreement(payload, *standing[0])


def _agreement(payload: Payload, entry: Entry, consent: Consent) -> Agreement:
    recipient = recipient_of(payload, entry, consent)
    problems = missing_in(entry, consent)
    if recipient is None:
        problems.append(Problem("focus-not-usable", f"{entry.path}.provision.actor", NEEDED))
    name, on, words, asked_by = consent.name(), day(consent.date_time), consent.words(), consent.asked_by()
    by, how = consent.by(), consent.how()
    if problems or not (name and on and words and recipient and by and how and asked_by):
        raise Refused(problems)
    return Agreement(name, by, on, recipient, consent.items(), how, asked_by, words)


NEEDED = "an agreement needs it"


def missing_in(entry: Entry, consent: Consent) -> list[Problem]:
    """What every agreement must say beside its recipient, as problems where it does not."""
    missing = {
        "identifier": not consent.name(),
        "dateTime": day(consent.date_time) is None,
        "policyRule": not consent.words(),
        "provision.purpose": not consent.items(),
        f"extension('{AGREED_BY}')": consent.by() is None,
        f"extension('{AGREED_HOW}')": not consent.how(),
        f"extension('{ASKED_BY}')": not consent.asked_by(),
    }
    problems = [Problem("focus-not-usable", f"{entry.path}.{path}", NEEDED) for path, gone in missing.items() if gone]
    if consent.implied():
        words = "a referral never rests on implied consent"
        problems.append(Problem("focus-not-usable", f"{entry.path}.policyRule", words))
    return problems
