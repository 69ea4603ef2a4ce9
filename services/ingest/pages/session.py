"""What a browser keeps for us, signed and not for long: which code it asked for, and that it gave the right one."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from services.answer_links import PageKeys

ASKED, SESSION = "fitpath-code", "fitpath-session"
#: Long enough to read a question and to ask a colleague, too short for a shared machine at the end of the day.
LASTS = timedelta(minutes=30)


class Asked(msgspec.Struct, frozen=True):
    """A code was asked for here. ``until``: when it ends."""

    question: uuid.UUID
    challenge: str
    until: datetime


class Session(msgspec.Struct, frozen=True):
    """The right code was given here. ``done`` is what became of the last answer, for the page that says so."""

    question: uuid.UUID
    name: str
    until: datetime
    done: str | None = None


Kept = TypeVar("Kept", Asked, Session)


def new_session(question: uuid.UUID, now: datetime) -> Session:
    """A session of a question."""
    return Session(question, secrets.token_urlsafe(16), now + LASTS)


def kept(request: Request, keys: PageKeys, kind: type[Kept], question: uuid.UUID, now: datetime) -> Kept | None:
    """What the browser keeps of a kind, if it is ours, of this question, and not over."""
    content = keys.open(_cookie(kind), request.cookies.get(_cookie(kind), ""))
    if content is None:
        return None
    found = msgspec.json.decode(content, type=kind)
    return found if found.question == question and found.until > now else None


def keep(response: Response, keys: PageKeys, found: Asked | Session, *, path: str, now: datetime, secure: bool) -> None:
    """Have the browser keep it, for the pages of this question alone."""
    name = _cookie(type(found))
    response.set_cookie(
        name, keys.seal(name, msgspec.json.encode(found)), max_age=int((found.until - now).total_seconds()), path=path,
        secure=secure, httponly=True, samesite="strict",
    )  # fmt: skip


def form_token(keys: PageKeys, found: Asked | Session) -> str:
    """What a form of ours holds, so that no other site can send it."""
    return keys.mac("form", _name(found)).hex()


def is_own_form(keys: PageKeys, found: Asked | Session, token: str) -> bool:
    """Whether a form is one that this browser got from us."""
    try:
        return keys.fits(bytes.fromhex(token), "form", _name(found))
    except ValueError:
        return False


def _name(found: Asked | Session) -> bytes:
    return (found.challenge if isinstance(found, Asked) else found.name).encode()


def _cookie(kind: type) -> str:
    return ASKED if kind is Asked else SESSION
