"""Words for the person as the policy has them: what may be filled in."""

from __future__ import annotations

from string import Formatter


def fills_in_the_provider_only(words: str) -> bool:
    """Whether a template asks for the provider's name, or for nothing."""
    try:
        parts = list(Formatter().parse(words))
    except ValueError:
        return False  # a brace that stands alone
    return all(field is None or (field == "provider" and not spec and not how) for _, field, spec, how in parts)
