"""What a case of a rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain_builders import Step

from services.domain.policy import Policy

PACKAGE = "care package"


@dataclass(frozen=True)
class RuleCase:
    """``policy`` changes the default policy where that is needed to let the rule speak."""

    rule: str
    history: tuple[Step, ...]
    expected: tuple[str, ...]
    without: tuple[str, ...]
    policy: Callable[[Policy], Policy] = lambda policy: policy
