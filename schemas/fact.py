"""What every fact is, and what facts of health and of support share."""

from __future__ import annotations

from typing import Literal

import msgspec

Adjustment = Literal["phased-return", "altered-hours", "amended-duties", "workplace-adaptations"]


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="fact"):
    """Base of all facts; the tag names the event type's subject."""
