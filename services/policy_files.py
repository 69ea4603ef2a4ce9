"""Policy files: the default that travels with the program, or a deployment's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from services.domain.policy import Policy, PolicyNotValid, parse_policy

_CHECKOUT = Path(__file__).resolve().parent.parent / "deploy" / "policy" / "default.toml"


def read_policy_file(path: Path | None) -> Policy:
    """Read a policy file; none: the default. Raises PolicyNotValid with every problem."""
    if path is None:
        return parse_policy(default_policy_text())
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as why:
        raise PolicyNotValid([f"the policy file cannot be read: {type(why).__name__}"]) from None


def default_policy_text() -> str:
    """The default policy: of the checkout where there is one, else the copy in the wheel."""
    if _CHECKOUT.is_file():
        return _CHECKOUT.read_text(encoding="utf-8")
    return resources.files("services.domain").joinpath("default_policy.toml").read_text(encoding="utf-8")
