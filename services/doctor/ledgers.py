"""Whether the database answers and holds a ledger of this version, with a policy in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from services.doctor.ground import NoDatabase
from services.finding import Finding
from services.ledger.database import AWAY, LedgerNewer, migration_state

if TYPE_CHECKING:
    from services.doctor.ground import Ground

_MAKE = "`fitpath prepare` makes it (`fitpath up` does so by itself)"


async def database(ground: Ground) -> Finding:
    """Whether it answers, and whether its ledger is the one that this program knows."""
    try:
        number, newest = await migration_state(ground.pool)
    except asyncpg.UndefinedTableError:
        return Finding("database", False, "holds no ledger", _MAKE)
    except (NoDatabase, asyncpg.PostgresError, *AWAY) as why:
        said = str(why) if isinstance(why, NoDatabase) else type(why).__name__
        return Finding(
            "database", False, f"does not answer ({said})", "start it, or set FITPATH_DATABASE_URL to a PostgreSQL DSN"
        )
    except LedgerNewer as why:
        return Finding("database", False, str(why), "update Fitpath")
    if number < newest:
        return Finding("database", False, f"ledger at migration {number} of {newest}", "`fitpath prepare` migrates")
    return Finding("database", True, f"ledger at migration {number} of {newest}")


async def policy(ground: Ground) -> Finding:
    """Whether a policy is in force."""
    row = await ground.pool.fetchrow(
        "select p.name, p.version, p.hash from policy_applied join policy p using (hash) order by applied desc limit 1"
    )
    if row is None:
        return Finding("policy", False, "none is in force", "`fitpath policy apply FILE`")
    return Finding("policy", True, f"{row['name']} {row['version']} ({row['hash'][:12]})")
