"""The policy: everything that is neither event nor journey (EXACTNESS 13).

Kept whole in the ledger under its hash; every decision names the hash of the
policy it rests on, so that it can be made again years later.
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from typing import Any

import msgspec

from schemas.disclosure import Table, beyond_ceiling
from schemas.identifiers import is_ods_code
from services.domain.rules import RULES
from services.domain.template_words import fills_in_the_provider_only


class PolicyNotValid(Exception):  # noqa: N818 - named after what is wrong
    """A policy cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


#: The edition of a policy that is written today. It goes up by one with a release that brings new rules or sections.
EDITION = 2


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A section: unknown keys fail.

    A key or section that a later edition brings has a default under which everything stays as it was before, and is
    not written when it equals that default: policies of earlier editions keep their hash and their meaning.
    """


class Evidence(_Part, frozen=True):
    """What counts as evidence of chronic pain. Codes are SNOMED CT."""

    narrow: tuple[str, ...]
    wider: tuple[str, ...]
    icd11_prefixes: tuple[str, ...]
    recurring_months: int


class Spells(_Part, frozen=True):
    """When notes are one spell, and when a spell is long (days)."""

    gap_days: int
    long_days: int


class OldNews(_Part, frozen=True):
    """After how many days an event is old news."""

    days: int


class Prompting(_Part, frozen=True):
    """After how many days a prompt is repeated, goes to the organisation's lead, and lapses."""

    remind_days: int
    escalate_days: int
    lapse_days: int


class Referring(_Part, frozen=True):
    """After how many working days a provider is asked about a referral: to accept it, to make contact."""

    accept_working_days: int
    first_contact_working_days: int


class Calendar(_Part, frozen=True):
    """Days on which nobody works, beside Saturdays and Sundays."""

    bank_holidays: tuple[date, ...]


class Lead(_Part, frozen=True):
    """To whom an organisation's unanswered prompts go; without an ODS code of its own, within the organisation."""

    name: str
    ods: str | None = None


class Again(_Part, frozen=True):
    """When one may ask again (days); ``not_suitable`` has a time for each reason of the closed list.

    An organisation that let ``lapses_that_mute`` prompts about a person lapse is not asked about them again.
    """

    not_now_days: int
    person_declined_days: int
    lapsed_days: int
    lapses_that_mute: int
    referral_ended_days: int
    not_suitable_days: int
    not_suitable: dict[str, int]


class Safety(_Part, frozen=True):
    """Codes on a note that hold a prompt, for so many days; 0 is without end."""

    codes: dict[str, int]


class Provider(_Part, frozen=True):
    """The IPS provider. ``programmes_that_hold`` empty: every known programme holds."""

    ods: str
    name: str
    age_from: int
    programmes_that_hold: tuple[str, ...]


class Review(_Part, frozen=True):
    """When support is reviewed; it goes on."""

    months: int


class JobCentre(_Part, frozen=True):
    """The job centres that may be told agreed things: names by ODS code. An agreement lapses after some months."""

    organisations: dict[str, str] = {}
    lapse_months: int = 12


class PensionAge(_Part, frozen=True):
    """State pension age of those born before a day."""

    born_before: date
    years: int
    months: int


class Templates(_Part, frozen=True):
    """Words for the person, under one version."""

    version: str
    invitation: str
    referral: str
    note: str
    unsure: str
    appointment: str = ""
    benefits: str = ""


class Policy(_Part, frozen=True):
    """All of it. ``off`` names rules that are switched off.

    ``edition`` says which rules there were when it was written: later ones do not speak under it (EXACTNESS 13), so
    that history is made again as it was.
    """

    name: str
    version: str
    off: tuple[str, ...]
    evidence: Evidence
    spell: Spells
    old_news: OldNews
    prompt: Prompting
    referral: Referring
    calendar: Calendar
    leads: dict[str, Lead]
    again: Again
    safety: Safety
    provider: Provider
    review: Review
    pension_age: tuple[PensionAge, ...]
    disclosure: Table
    templates: Templates
    job_centre: JobCentre = JobCentre()
    edition: int = 1

    def on(self, rule: str) -> bool:
        """Whether a rule speaks."""
        return rule not in self.off and RULES[rule].since <= self.edition

    def without(self, rule: str) -> Policy:
        """The same policy with one rule switched off, for tests and back-tests."""
        return msgspec.structs.replace(self, off=tuple(sorted({*self.off, rule})))


def parse_policy(text: str) -> Policy:
    """Read a policy file (TOML). Raises PolicyNotValid with every problem that can be told."""
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise PolicyNotValid([f"not TOML: {why}"]) from None
    policy = _read(sections)
    problems = _problems(policy)
    if problems:
        raise PolicyNotValid(problems)
    return policy


def _read(sections: dict[str, Any]) -> Policy:
    """Each section on its own, so that all that cannot be read is told at once."""
    fields = msgspec.structs.fields(Policy)
    names = {field.name for field in fields}
    problems = [f"{name}: not known" for name in sections if name not in names]
    all_of_it = sections.get("edition", 1) == EDITION
    parts: dict[str, Any] = {}
    for field in fields:
        if field.name not in sections:
            if field.required or (all_of_it and field.name != "edition"):
                problems.append(f"{field.name}: missing")
            continue
        try:
            parts[field.name] = msgspec.convert(sections[field.name], field.type)
        except msgspec.ValidationError as why:
            problems.append(f"{field.name}: {why}")
    if problems:
        raise PolicyNotValid(problems)
    return Policy(**parts)


def policy_json(policy: Policy) -> bytes:
    """A policy as canonical JSON: sorted keys."""
    return msgspec.json.encode(policy, order="sorted")


def policy_from_json(body: bytes) -> Policy:
    """A policy as it was kept. Raises PolicyNotValid when this program does not know all of it."""
    try:
        return msgspec.json.decode(body, type=Policy)
    except msgspec.ValidationError as why:
        raise PolicyNotValid([str(why)]) from None


def policy_hash(policy: Policy) -> str:
    """SHA-256 of the canonical JSON, hex."""
    found = _hashes.get(id(policy))
    if found is None or found[0] is not policy:
        found = (policy, hashlib.sha256(policy_json(policy)).hexdigest())
        _hashes[id(policy)] = found
    return found[1]


_hashes: dict[int, tuple[Policy, str]] = {}  # a policy is not hashable; it never changes, and there are few


def _problems(policy: Policy) -> list[str]:
    problems = [] if 1 <= policy.edition <= EDITION else [f"edition: this Fitpath knows 1 to {EDITION}"]
    problems += [f"off: {name} is no rule" for name in policy.off if name not in RULES]
    problems += [f"off: {name} is a safety rule" for name in policy.off if name in RULES and RULES[name].safety]
    problems += [f"disclosure: {audience} may never get {item}" for audience, item in beyond_ceiling(policy.disclosure)]
    days = [row.born_before for row in policy.pension_age]
    if not days or days != sorted(set(days)):
        problems.append("pension_age: rows must be there and go up")
    if "" in policy.evidence.icd11_prefixes:
        problems.append("evidence: an empty prefix would make every ICD-11 code chronic pain")
    problems += [
        f"templates.{name}: only {{provider}} can be filled in"
        for name in ("invitation", "referral", "note", "unsure", "appointment", "benefits")
        if not fills_in_the_provider_only(getattr(policy.templates, name))
    ]
    for name in ("appointment", "benefits"):
        if policy.on(f"information.{name}") and not getattr(policy.templates, name):
            problems.append(f"templates.{name}: missing, and information.{name} is not off")
    if not policy.prompt.remind_days < policy.prompt.escalate_days < policy.prompt.lapse_days:
        problems.append("prompt: remind_days, escalate_days and lapse_days must follow each other")
    if not policy.referral.accept_working_days < policy.referral.first_contact_working_days:
        problems.append("referral: accept_working_days must be less than first_contact_working_days")
    problems += [f"leads: {ods} is no ODS code" for ods in policy.leads if not is_ods_code(ods)]
    problems += [f"job_centre: {ods} is no ODS code" for ods in policy.job_centre.organisations if not is_ods_code(ods)]
    if policy.again.lapses_that_mute < 1:
        problems.append("again: lapses_that_mute is at least 1")
    for section, numbers in {
        "evidence": (policy.evidence.recurring_months,),
        "spell": (policy.spell.gap_days, policy.spell.long_days),
        "again": (policy.again.not_now_days, policy.again.person_declined_days, policy.again.lapsed_days,
                  policy.again.referral_ended_days, policy.again.not_suitable_days,
                  *policy.again.not_suitable.values()),
        "old_news": (policy.old_news.days,),
        "prompt": (policy.prompt.remind_days, policy.prompt.escalate_days, policy.prompt.lapse_days),
        "referral": (policy.referral.accept_working_days, policy.referral.first_contact_working_days),
        "safety": tuple(policy.safety.codes.values()),
        "provider": (policy.provider.age_from,),
        "review": (policy.review.months,),
        "job_centre": (policy.job_centre.lapse_months,),
        "pension_age": tuple(number for row in policy.pension_age for number in (row.years, row.months)),
    }.items():  # fmt: skip
        if any(not 0 <= number <= _LONGEST for number in numbers):
            problems.append(f"{section}: a number is below zero or above {_LONGEST}")
    return problems


_LONGEST = 36_500  # days: a hundred years; what is longer would leave the calendar
