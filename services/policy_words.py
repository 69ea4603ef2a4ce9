"""A policy in words, with where each rule comes from: for a clinical safety officer who reads no TOML."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from services.domain.policy import EDITION, Policy
from services.domain.rules import RULES, Origin, Rule

ORIGINS: dict[Origin, str] = {
    "study": "the study (Holmes et al. 2020)",
    "programme": "programme rules",
    "safety": "safety",
    "prompt-fatigue": "prompt fatigue",
    "definition": "the definition of chronic pain",
    "fit-note": "what a fit note is (form Med3, and how systems code it)",
}


class Said(NamedTuple):
    """A heading and its lines."""

    heading: str
    lines: tuple[str, ...]


def explain(policy: Policy) -> list[Said]:
    """Which rules speak and from where, which do not and why, and every number, list and text."""
    speaking = [rule for rule in RULES.values() if policy.on(rule.name)]
    silent = [rule for rule in RULES.values() if not policy.on(rule.name)]
    return [
        Said(
            "The policy",
            (f"{policy.name} {policy.version}, edition {policy.edition} of {EDITION}",),
        ),
        Said("Rules that speak", tuple(_rule(rule) for rule in speaking)),
        Said("Rules that do not speak", tuple(f"{_rule(rule)}: {_why(rule, policy)}" for rule in silent)),
        *(
            Said(field.name.replace("_", " "), tuple(_lines(getattr(policy, field.name))))
            for field in msgspec.structs.fields(Policy)
            if field.name not in ("name", "version", "edition", "off")
        ),
    ]


def _rule(rule: Rule) -> str:
    fixed = "; cannot be switched off" if rule.safety else ""
    return f"{rule.name}: {rule.purpose} ({ORIGINS[rule.origin]}{fixed})"


def _why(rule: Rule, policy: Policy) -> str:
    if rule.name in policy.off:
        return "switched off"
    return f"came with edition {rule.since}, and this policy is of edition {policy.edition}"


def _lines(part: object) -> list[str]:
    """A section, flat: one line for each value, lists on one line."""
    plain = msgspec.to_builtins(part, str_keys=True)
    return _flat("", plain)


def _flat(name: str, value: object) -> list[str]:
    if isinstance(value, dict):
        return [line for key, inner in value.items() for line in _flat(f"{name}.{key}" if name else str(key), inner)]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [", ".join(f"{key} {inner}" for key, inner in item.items()) for item in value]
    if isinstance(value, list):
        return [f"{name}: {', '.join(map(str, value)) or 'none'}"]
    return [f"{name}: {value}"]
