"""Links to the answer pages, and the keys that make and open them.

An output holds the id of a question and never a link: whoever makes the
receiver's message makes the link then, by ``AnswerLinks.of``, a function of
the output's id and a named key. A link shows nothing by itself, so it may
travel by post or in an inbox; what it opens asks for a code first.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.identifiers import length_prefixed
from services.settings import SettingsNotUsable

if TYPE_CHECKING:
    from pathlib import Path

    from services.settings import Settings

#: Outputs that ask somebody who may have no system of their own.
QUESTIONS = (
    "ips-referral-prompted-1",
    "ips-referral-prompt-changed-1",
    "ips-referral-requested-1",
    "ips-referral-changed-1",
)
#: Where the pages of a question begin.
PATH = "/answer/"
_NAME = re.compile(r"[a-z0-9-]{1,32}")
_LINE = re.compile(r"(?P<name>[a-z0-9-]{1,32}) (?P<secret>[0-9a-f]{64})")
_SHORT = 16  # bytes of a link's MAC: it is checked by a door that counts


@dataclass(frozen=True, slots=True, repr=False)
class PageKeys:
    """Named keys, the newest first: it makes what is new, and all of them open what was made before."""

    keys: tuple[tuple[str, bytes], ...]

    @property
    def name(self) -> str:
        """The name of the key that makes what is new."""
        return self.keys[0][0]

    def mac(self, purpose: str, *parts: bytes, key: str | None = None) -> bytes:
        """A MAC for one purpose under a key, by default the newest. Raises KeyError for a key that is not known."""
        name = key or self.name
        return hmac.digest(dict(self.keys)[name], length_prefixed(purpose.encode(), name.encode(), *parts), "sha256")

    def fits(self, mac: bytes, purpose: str, *parts: bytes) -> bool:
        """Whether any of the keys made this MAC."""
        return any(hmac.compare_digest(self.mac(purpose, *parts, key=name), mac) for name, _ in self.keys)

    def token(self, question: uuid.UUID) -> str:
        """The part of a link that names a question: the key's name, the id, and their MAC."""
        return ".".join((self.name, _text(question.bytes), _text(self.mac("link", question.bytes)[:_SHORT])))

    def question(self, token: str) -> uuid.UUID | None:
        """The question that a link names; none when no key of ours made it."""
        name, _, rest = token.partition(".")
        asked, _, mac = rest.partition(".")
        question, shown = _bytes(asked), _bytes(mac)
        if question is None or shown is None or len(question) != 16 or name not in dict(self.keys):
            return None
        made = self.mac("link", question, key=name)[:_SHORT]
        return uuid.UUID(bytes=question) if hmac.compare_digest(made, shown) else None

    def seal(self, purpose: str, content: bytes) -> str:
        """Content that a browser keeps for us and cannot change: readable, under a MAC."""
        return ".".join((self.name, _text(content), _text(self.mac(purpose, content))))

    def open(self, purpose: str, sealed: str) -> bytes | None:
        """What was sealed for this purpose; none when it is not ours."""
        name, _, rest = sealed.partition(".")
        text, _, mac = rest.partition(".")
        content, shown = _bytes(text), _bytes(mac)
        if content is None or shown is None or name not in dict(self.keys):
            return None
        return content if hmac.compare_digest(self.mac(purpose, content, key=name), shown) else None

    def __repr__(self) -> str:
        return "PageKeys(...)"


@dataclass(frozen=True, slots=True)
class AnswerLinks:
    """Makes links. ``address`` is where people reach the pages."""

    address: str
    keys: PageKeys

    @classmethod
    def by(cls, settings: Settings) -> AnswerLinks:
        """Links of a deployment. Raises SettingsNotUsable."""
        settings.needs("page_keys_file")
        return cls(address_of(settings), read_page_keys(settings.page_keys_file))

    def of(self, output: uuid.UUID) -> str:
        """The link to the question that an output asks: always the same for the same output and key."""
        return f"{self.address}{PATH}{self.keys.token(output)}"


def address_of(settings: Settings) -> str:
    """Where people reach the pages. Raises SettingsNotUsable for an address that is no https one beyond loopback."""
    stated = (settings.pages_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    if settings.beyond_loopback and not stated.startswith("https://"):
        raise SettingsNotUsable(
            "the answer pages are reached from beyond this machine: FITPATH_PAGES_URL must be their https address"
        )
    return stated


def read_page_keys(path: Path | None) -> PageKeys:
    """Read the keys: a name and hex digits on each line, the newest first. Raises SettingsNotUsable."""
    if path is None:
        raise SettingsNotUsable("FITPATH_PAGE_KEYS_FILE is not set")
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError as why:
        raise SettingsNotUsable(f"the file of page keys cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsNotUsable("the file of page keys holds what is no key") from None
    found = [_LINE.fullmatch(line) for line in lines if line.strip()]
    keys = [(match["name"], bytes.fromhex(match["secret"])) for match in found if match]
    if not keys or len(keys) != len(found) or len(dict(keys)) != len(keys):
        raise SettingsNotUsable("the file of page keys must hold lines of a name and 64 hex digits, each name once")
    return PageKeys(tuple(keys))


def add_page_key(path: Path, name: str) -> None:
    """Put a new key before those that are there (mode 0600). Raises SettingsNotUsable, OSError."""
    if not _NAME.fullmatch(name):
        raise SettingsNotUsable("the name of a page key is of small letters, digits and hyphens, at most 32")
    before = path.read_text(encoding="ascii") if path.exists() else ""
    if before and name in dict(read_page_keys(path).keys):
        raise SettingsNotUsable("a page key of this name is there already: give the new one another name")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{name} {secrets.token_hex(32)}\n{before}")
    fresh.replace(path)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
