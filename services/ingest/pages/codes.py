"""One-time codes: the second step, before a page shows anything.

A code belongs to the browser that asked for it, so whoever else opens the
link can neither use it nor use it up. When many ask (a mail scanner that
sends every form), no more codes are sent, and who asks then may give any that
was: nobody locks others out by asking. Codes, tries and their limits stand in
the ledger: several doors share them, one at a time for each question.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from services.answer_links import PageKeys
    from services.ledger.database import Connection

#: How long a code is good, how many are sent of a question in that time and in a day, and how often one may be tried.
LASTS = timedelta(minutes=15)
SENT_AT_ONCE = 3
SENT_IN_A_DAY = 30
TRIES = 5
#: Wrong codes of a question in a day, over all browsers: more than anybody needs, and few for a guess in a million.
WRONG_IN_A_DAY = 20
_DAY = timedelta(days=1)
Judgement = Literal["right", "wrong", "over", "too-often"]


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """A code. ``challenge`` names it to the browser that asked; ``digits`` go another way, none: they went before."""

    challenge: str
    digits: str | None
    until: datetime


async def new_code(connection: Connection, keys: PageKeys, question: uuid.UUID, now: datetime) -> Code | None:
    """A code for a browser; none when too many were sent or tried today."""
    code = Code(secrets.token_urlsafe(16), f"{secrets.randbelow(1_000_000):06}", now + LASTS)
    async with _alone(connection, question):
        await connection.execute(
            "delete from page_code where challenge in"
            " (select challenge from page_code where made < $1 for update skip locked)",
            now - _DAY,
        )
        before = await _before(connection, question, now)
        if before.wrong >= WRONG_IN_A_DAY or (before.sent >= SENT_IN_A_DAY and not before.good):
            return None
        if before.good_until and before.good >= SENT_AT_ONCE:
            code = Code(code.challenge, None, before.good_until)
        mac = None if code.digits is None else keys.mac("code", question.bytes, code.digits.encode())
        await connection.execute(
            "insert into page_code (challenge, question, mac, made, until) values ($1, $2, $3, $4, $5)",
            code.challenge, question, mac, now, code.until,
        )  # fmt: skip
    return code


async def judge(
    connection: Connection, keys: PageKeys, question: uuid.UUID, challenge: str, digits: str, now: datetime
) -> Judgement:
    """Try a code. The right one is used up."""
    async with _alone(connection, question):
        row = await connection.fetchrow(
            "select mac, tries from page_code where challenge = $1 and question = $2 and not used and until > $3",
            challenge, question, now,
        )  # fmt: skip
        if row is None:
            return "over"
        if row["tries"] >= TRIES or (await _before(connection, question, now)).wrong >= WRONG_IN_A_DAY:
            return "too-often"
        good = [row["mac"]] if row["mac"] else await _good(connection, question, now)
        used = next((mac for mac in good if keys.fits(mac, "code", question.bytes, digits.encode())), None)
        if used is None:
            await connection.execute("update page_code set tries = tries + 1 where challenge = $1", challenge)
            return "wrong"
        await connection.execute(
            "update page_code set used = true where question = $1 and (mac = $2 or challenge = $3)",
            question, used, challenge,
        )  # fmt: skip
    return "right"


@dataclass(frozen=True, slots=True)
class _Before:
    """What there was of a question today: codes sent, those that are good still and until when, wrong tries."""

    sent: int
    good: int
    good_until: datetime | None
    wrong: int


async def _before(connection: Connection, question: uuid.UUID, now: datetime) -> _Before:
    row = await connection.fetchrow(
        "select count(mac) sent, count(mac) filter (where until > $2 and not used) good,"
        " max(until) filter (where until > $2 and not used and mac is not null) good_until,"
        " coalesce(sum(tries), 0)::int wrong from page_code where question = $1 and made > $3",
        question, now, now - _DAY,
    )  # fmt: skip
    return _Before(**row) if row else _Before(0, 0, None, 0)


async def _good(connection: Connection, question: uuid.UUID, now: datetime) -> list[bytes]:
    rows = await connection.fetch(
        "select mac from page_code where question = $1 and mac is not null and not used and until > $2", question, now
    )
    return [bytes(row["mac"]) for row in rows]


@asynccontextmanager
async def _alone(connection: Connection, question: uuid.UUID) -> AsyncIterator[None]:
    """A transaction that no other of the same question runs beside."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(question))
        yield
