"""Who speaks at the HTTP door: tokens of each source, kept hashed.

On loopback without a tokens file everybody is anonymous and may speak for
any source. Beyond loopback the door refuses to start until callers can be
told apart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec

from schemas.failures import Problem, Refused
from services.settings import Settings, SettingsNotUsable

if TYPE_CHECKING:
    from pathlib import Path


_Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Tokens = dict[str, Annotated[list[_Hash], msgspec.Meta(min_length=1)]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who speaks. ``source`` is none where callers are not told apart."""

    source: str | None

    def may_speak_for(self, source: str | None) -> bool:
        """Whether an event of this source may come from this caller, or be shown to it."""
        return self.source is None or self.source == source


class Callers:
    """The sources that have a token."""

    def __init__(self, by_hash: dict[str, str] | None) -> None:
        self._by_hash = by_hash

    @classmethod
    def of(cls, settings: Settings) -> Callers:
        """Read the tokens file. Raises SettingsNotUsable when it cannot be read, or is missing beyond loopback."""
        if settings.tokens_file is None:
            if settings.beyond_loopback:
                raise SettingsNotUsable(
                    f"the door would listen on {settings.host}, beyond this machine, with nobody told apart:"
                    " make a token for each source (`fitpath token SOURCE --file FILE`) and set FITPATH_TOKENS_FILE"
                )
            return cls(None)
        tokens = read_tokens(settings.tokens_file)
        return cls({digest: source for source, digests in tokens.items() for digest in digests})

    def tell(self, authorization: str | None) -> Caller:
        """Who sends this `Authorization` header. Raises Refused (`source-not-known`)."""
        if self._by_hash is None:
            return Caller(None)
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() == "bearer" and token:
            digest = hash_of(token.strip())
            for known, source in self._by_hash.items():
                if hmac.compare_digest(known, digest):
                    return Caller(source)
        raise Refused([Problem("source-not-known")])


def read_tokens(path: Path) -> dict[str, list[str]]:
    """The hashed tokens of each source, the newest first. Raises SettingsNotUsable."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Tokens)
    except OSError as why:
        raise SettingsNotUsable(f"the tokens file cannot be read: {why.strerror}") from None
    except msgspec.DecodeError:
        raise SettingsNotUsable("the tokens file must be a JSON object: source to hashed tokens") from None


def add_token(path: Path, source: str, *, keep: bool = False) -> str:
    """Make a new token for a source, write its hash to the file (0600) and return the token: it is shown only once.

    ``keep``: the one before stays good beside it, while the source changes over. Raises SettingsNotUsable.
    """
    tokens = read_tokens(path) if path.exists() else {}
    token = secrets.token_urlsafe(32)
    tokens[source] = [hash_of(token), *(tokens.get(source, [])[:1] if keep else [])]
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(tokens.items()))), indent=2) + b"\n")
    return token


def hash_of(token: str) -> str:
    """A token as it is kept. A plain hash is enough: tokens are 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
