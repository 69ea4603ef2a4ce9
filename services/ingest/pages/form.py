"""A form as it came: its fields, and what is wrong with them."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qsl

_LONGEST = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_PERHAPS_A_NUMBER = re.compile(r"(\d[ .-]?){10}")


class FormNotReadable(Exception):  # noqa: N818 - named after what is wrong
    """The body is no form of ours."""


class Form:
    """Fields by name. ``errors``: field to the key of its words, in the order in which they were looked at."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields
        self.errors: dict[str, str] = {}

    @classmethod
    def read(cls, body: bytes) -> Form:
        """Read a body. Raises FormNotReadable."""
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100, errors="strict")
        except (UnicodeDecodeError, ValueError):
            raise FormNotReadable from None
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return cls(fields)

    def get(self, name: str) -> str:
        """A field as it came; empty when it did not."""
        return self.fields.get(name, [""])[0].strip()

    def chosen(self, name: str, among: tuple[str, ...] | frozenset[str], error: str) -> str:
        """One of these; else an error, and nothing."""
        value = self.get(name)
        if value in among:
            return value
        self.errors[name] = error
        return ""

    def several(self, name: str, among: tuple[str, ...], error: str) -> tuple[str, ...]:
        """At least one of these, in their own order; else an error."""
        values = tuple(value for value in among if value in self.fields.get(name, []))
        if not values:
            self.errors[name] = error
        return values

    def text(self, name: str, error: str | None) -> str:
        """A short text for people; ``error`` when it is needed and not there."""
        value = " ".join(_CONTROL.sub(" ", self.get(name)).split())
        if not value and error:
            self.errors[name] = error
        elif len(value) > _LONGEST:
            self.errors[name] = "long"
        elif _PERHAPS_A_NUMBER.search(value):
            self.errors[name] = "number"
        return value

    def day(self, name: str, today: date) -> date | None:
        """A day in three fields, not after today; else an error."""
        parts = [self.get(f"{name}-{part}") for part in ("year", "month", "day")]
        try:
            if not all(re.fullmatch(r"\d{1,4}", part, re.ASCII) for part in parts) or len(parts[0]) != 4:
                raise ValueError
            found = date(*(int(part) for part in parts))
        except ValueError:
            self.errors[name] = "day"
            return None
        if found > today:
            self.errors[name] = "day_future"
        return found
