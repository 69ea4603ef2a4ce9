"""One-time codes: the second step, before a page shows anything.

A code belongs to the browser that asked for it, so whoever else opens the
link can neither use it nor use it up. Codes, tries and their limits stand in
the ledger: several doors share them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from services.answer_links import PageKeys
    from services.ledger.database import Connection

#: How long a code is good, how often one may be tried, and how many there are of a question in an hour.
LASTS = timedelta(minutes=15)
TRIES = 5
IN_AN_HOUR = 5
#: Wrong codes of a question in a day, over all browsers: more than anybody needs, and few for a guess in a million.
WRONG_IN_A_DAY = 20
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
Judgement = Literal["right", "wrong", "over", "too-often"]


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """A new code. ``challenge`` names it to the browser that asked for it; ``digits`` go another way."""

    challenge: str
    digits: str
    until: datetime


async def new_code(connection: Connection, keys: PageKeys, question: uuid.UUID, now: datetime) -> Code | None:
    """Make a code for a question; none when there were too many in the last hour, or too many wrong ones today."""
    await connection.execute("delete from page_code where made < $1", now - _DAY)
    code = Code(secrets.token_urlsafe(16), f"{secrets.randbelow(1_000_000):06}", now + LASTS)
    made = await connection.fetchval(
        "insert into page_code (challenge, question, mac, made, until) select $1, $2, $3, $4, $5"
        " where (select count(*) from page_code where question = $2 and made > $6) < $7"
        " and (select coalesce(sum(tries - used::int), 0) from page_code where question = $2) < $8 returning 1",
        code.challenge, question, _mac(keys, code.challenge, code.digits), now, code.until,
        now - _HOUR, IN_AN_HOUR, WRONG_IN_A_DAY,
    )  # fmt: skip
    return code if made else None


async def judge(
    connection: Connection, keys: PageKeys, question: uuid.UUID, challenge: str, digits: str, now: datetime
) -> Judgement:
    """Try a code. A right one is used up. The try counts before the code is looked at: two at once are two tries."""
    mac = await connection.fetchval(
        "update page_code set tries = tries + 1 where challenge = $1 and question = $2 and not used and until > $3"
        " and tries < $4 and (select coalesce(sum(tries - used::int), 0) from page_code where question = $2) < $5"
        " returning mac",
        challenge, question, now, TRIES, WRONG_IN_A_DAY,
    )  # fmt: skip
    if mac is None:
        return await _why_not(connection, challenge, now)
    if not keys.fits(bytes(mac), "code", challenge.encode(), digits.encode()):
        return "wrong"
    used = await connection.fetchval(
        "update page_code set used = true where challenge = $1 and not used returning 1", challenge
    )
    return "right" if used else "over"


async def _why_not(connection: Connection, challenge: str, now: datetime) -> Judgement:
    row = await connection.fetchrow("select used, until from page_code where challenge = $1", challenge)
    return "over" if row is None or row["used"] or row["until"] <= now else "too-often"


def _mac(keys: PageKeys, challenge: str, digits: str) -> bytes:
    return keys.mac("code", challenge.encode(), digits.encode())
