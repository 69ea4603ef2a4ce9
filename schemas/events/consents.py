"""What the person allows, takes back and forbids: ``consent-recorded-1``, ``consent-withdrawn-1``, and
``objection-recorded-1``.

Each is a Consent of its own: active and permitting; inactive; or a denial of joining their records. A job centre
records none of the first: what is agreed is recorded by the person, or on the health or IPS side.
"""

from __future__ import annotations

from typing import get_args

from schemas.events.agreement import NEEDED, missing_in
from schemas.events.event_type import EventType
from schemas.facts import ConsentPurpose, ConsentRecorded, ConsentWithdrawn, Objection, Recorder
from schemas.failures import Problem, Refused
from schemas.fhir import view
from schemas.fhir.consent import AGREED_BY, AGREED_HOW, RECORDED_BY, Consent, audience_of, recipient_of
from schemas.fhir.dates import day
from schemas.fhir.payload import Entry, Payload

#: The purpose of a Consent that denies: their records are not to be joined.
JOINING = "joining"

_PURPOSES: dict[str, ConsentPurpose] = {purpose: purpose for purpose in get_args(ConsentPurpose)}
_RECORDERS: dict[str, Recorder] = {recorder: recorder for recorder in get_args(Recorder)}
_TAKEN_BACK = frozenset({"inactive", "rejected"})


def _read_recorded(payload: Payload, focus: Entry) -> ConsentRecorded:
    consent = focus.read(Consent)
    purpose, recorder = _PURPOSES.get(consent.purpose() or ""), _recorder(consent)
    recipient, to = recipient_of(payload, focus, consent), audience_of(consent)
    problems = missing_in(focus, consent)
    problems += _problems(
        focus,
        ("status", "active is needed", consent.status == "active"),
        ("provision.type", "a denial is no agreement", consent.provision.type != "deny"),
        ("category", f"one of {', '.join(_PURPOSES)} is needed", purpose is not None),
        ("provision.actor", NEEDED, recipient is not None or to is not None),
        (f"extension('{RECORDED_BY}')", f"one of {', '.join(_RECORDERS)} is needed", recorder is not None),
    )
    name, on, words, asked_by = consent.name(), day(consent.date_time), consent.words(), consent.asked_by()
    by, how = consent.by(), consent.how()
    if problems or not (name and on and words and asked_by and by and how and purpose and recorder):
        raise Refused(problems)
    return ConsentRecorded(
        id=name, by=by, on=on, purpose=purpose, items=consent.items(), how=how, asked_by=asked_by, words=words,
        recorded_by=recorder, recipient=recipient, to=to, until=day(consent.provision.period.end),
    )  # fmt: skip


def _read_withdrawn(payload: Payload, focus: Entry) -> ConsentWithdrawn:
    consent = focus.read(Consent)
    purpose, recipient, to = _PURPOSES.get(consent.purpose() or ""), recipient_of(payload, focus, consent), None
    if recipient is None:
        to = audience_of(consent)
    by, how, on = consent.by(), consent.how(), day(consent.date_time)
    problems = _problems(
        focus,
        ("status", f"one of {', '.join(sorted(_TAKEN_BACK))} is needed", consent.status in _TAKEN_BACK),
        ("category", f"one of {', '.join(_PURPOSES)} is needed", purpose is not None),
        ("provision.actor", "from whom it is taken back", recipient is not None or to is not None),
        *_said(consent),
    )
    if problems or not (purpose and by and how and on):
        raise Refused(problems)
    return ConsentWithdrawn(
        by=by, on=on, how=how, purpose=purpose, id=consent.name(), recipient=recipient, to=to, items=consent.items()
    )


def _read_objection(payload: Payload, focus: Entry) -> Objection:
    del payload  # it is about nobody else
    consent = focus.read(Consent)
    by, how, on = consent.by(), consent.how(), day(consent.date_time)
    problems = _problems(
        focus,
        ("status", "active, or inactive where it is taken back", consent.status in {"active", "inactive"}),
        ("category", f"{JOINING} is needed", consent.purpose() == JOINING),
        ("provision.type", "deny is needed", consent.provision.type == "deny"),
        *_said(consent),
    )
    if problems or not (by and how and on):
        raise Refused(problems)
    return Objection(by=by, on=on, how=how, taken_back=consent.status == "inactive")


CONSENT_RECORDED = EventType(
    "consent-recorded-1", "the person agreed to something, for a recipient and a purpose", ("Consent",), _read_recorded
)
CONSENT_WITHDRAWN = EventType("consent-withdrawn-1", "the person took back an agreement", ("Consent",), _read_withdrawn)
OBJECTION_RECORDED = EventType(
    "objection-recorded-1", "the person objects to their records being joined", ("Consent",), _read_objection
)


def _said(consent: Consent) -> tuple[tuple[str, str, bool], ...]:
    return (
        ("dateTime", "the day is needed", day(consent.date_time) is not None),
        (f"extension('{AGREED_BY}')", "who said so", consent.by() is not None),
        (f"extension('{AGREED_HOW}')", "how they said so", bool(consent.how())),
    )


def _problems(focus: Entry, *rows: tuple[str, str, bool]) -> list[Problem]:
    return [Problem("focus-not-usable", f"{focus.path}.{path}", words) for path, words, fits in rows if not fits]


def _recorder(consent: Consent) -> Recorder | None:
    return _RECORDERS.get(view.code_of(consent.extension, RECORDED_BY) or "")
