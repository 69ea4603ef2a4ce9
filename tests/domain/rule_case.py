"""A history in which a rule makes the difference, and what is often caused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain_builders import ASKED, Step

from services.domain.policy import Policy

FIND = "prompted gp-practice Y99901 to find-work"
SERVICE = "prompted pain-service Y99903 to find-work"
NOMINATED = "nominated by gp-practice Y99901 to keep-work: invite"
PAGE, PACKAGE = "information note", "care package"
BEGUN = (ASKED, PAGE, PACKAGE)
KEPT = (PAGE, PACKAGE)  # the reason to hold is the one of before


@dataclass(frozen=True)
class RuleCase:
    """``policy`` changes the default policy where that is needed to let the rule speak."""

    rule: str
    history: tuple[Step, ...]
    expected: tuple[str, ...]
    without: tuple[str, ...]
    policy: Callable[[Policy], Policy] = lambda policy: policy
