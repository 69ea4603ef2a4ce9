"""What a committed batch is told as: one log line for each event, and counts by what became of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.failures import FAILURES
from services.domain.decisions import kind_of
from services.observe import log
from services.streams.metrics import BATCH_SECONDS, DEAD, RECORDS

if TYPE_CHECKING:
    from services.streams.fold import Took
    from services.streams.where import Where


@dataclass(frozen=True, slots=True)
class Came:
    """What a batch came to, as rows; the rest of its records are repetitions of our own.

    ``letters``: the failure codes of the dead letters that stand beside rejections. ``receipts``: those that were new.
    """

    taken: Sequence[Took] = ()
    duplicates: int = 0
    rejected: int = 0
    letters: Sequence[str] = ()
    receipts: int = 0


class Telling:
    """Tells of batches that were committed, and of no other."""

    def __init__(self) -> None:
        self._log = log("streams")

    def tell(self, where: Where, came: Came, records: int, seconds: float) -> None:
        """Count a batch, and log each of its events where somebody listens. ``records``: how many it had."""
        outcomes = {
            "accepted": len(came.taken), "duplicate": came.duplicates, "rejected": came.rejected,
            "receipt": came.receipts,
        }  # fmt: skip
        outcomes["repetition"] = records - sum(outcomes.values())
        for outcome, count in outcomes.items():
            if count:
                RECORDS.labels(topic=where.topic, outcome=outcome).inc(count)
        BATCH_SECONDS.labels(topic=where.topic).observe(seconds)
        for code in came.letters:
            DEAD.labels(code=code if code in FAILURES else "not-known").inc()
            self._log.warning("dead letter", topic=where.topic, partition=where.partition, code=code)
        if came.taken and self._log.is_enabled_for(logging.INFO):
            self._tell_each(where, came.taken, round(seconds * 1000 / records, 3))

    def _tell_each(self, where: Where, taken: Sequence[Took], share: float) -> None:
        batch = self._log.bind(partition=where.partition, ms=share)
        for took in taken:
            accepted = took.arrival.accepted
            batch.info(
                "event handled",
                subject=accepted.subject,
                type=accepted.type,
                arrival=accepted.arrival,
                decisions=[kind_of(decision) for decision in took.decisions],
            )
