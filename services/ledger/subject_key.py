"""Which subject key the ledger's references were made with: another one would orphan every journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.identifiers import SubjectKey
    from services.ledger.database import Connection


class OtherSubjectKey(Exception):  # noqa: N818 - named after what is wrong
    """The subject key is not the one that this ledger's references were made with."""


async def check_subject_key(connection: Connection, key: SubjectKey) -> None:
    """Note a check of the key the first time, compare it from then on. Raises OtherSubjectKey."""
    mark = _mark(key)
    await connection.execute("insert into subject_key (fingerprint) values ($1) on conflict do nothing", mark)
    if await connection.fetchval("select fingerprint from subject_key") != mark:
        raise OtherSubjectKey(
            "the subject key is not the one that this ledger was made with: every journey would be orphaned;"
            " put the right key back (FITPATH_SUBJECT_KEY_FILE), or use another database"
        )


async def fits_subject_key(connection: Connection, key: SubjectKey) -> bool | None:
    """Whether this is the ledger's key; none when the ledger has none yet. Notes nothing."""
    mark: str | None = await connection.fetchval("select fingerprint from subject_key")
    return None if mark is None else mark == _mark(key)


async def has_subject_key(connection: Connection) -> bool:
    """Whether this ledger was made with a subject key already; a database without a ledger was not."""
    if await connection.fetchval("select to_regclass('subject_key')") is None:
        return False
    return bool(await connection.fetchval("select exists (select 1 from subject_key)"))


def _mark(key: SubjectKey) -> str:
    return key.fingerprint(b"subject key of this ledger")
