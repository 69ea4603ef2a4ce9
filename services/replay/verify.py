"""`replay verify`: both halves."""

from __future__ import annotations

import asyncpg

from services.broker_security import Address
from services.replay.differences import Report
from services.replay.ledger_half import verify_ledger
from services.replay.topics_half import verify_topics


async def verify(dsn: str, broker: Address | None, generation: str | None) -> Report:
    """Compare the ledger with the pure core and, where a broker is given, the topics with the ledger.

    Raises KafkaError; database errors as they are.
    """
    report = Report()
    connection = await asyncpg.connect(dsn)
    try:
        await verify_ledger(connection, report)
        if broker is not None and generation is not None:
            await verify_topics(connection, broker, generation, report)
    finally:
        await connection.close()
    return report
