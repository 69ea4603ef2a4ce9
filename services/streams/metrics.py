"""Metrics of the stream room: closed sets of labels, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("fitpath_stream_records", "Records that became rows, by what became of them", ["topic", "outcome"])
DEAD = Counter("fitpath_stream_dead_letters", "Dead letters written, by failure code", ["code"])
BATCH_SECONDS = Histogram(
    "fitpath_stream_batch_seconds", "One batch from the database's answer to its commit", ["topic"]
)
ASSIGNED = Gauge("fitpath_stream_partitions_assigned", "Partitions that this worker reads")
HALTED = Gauge("fitpath_stream_partitions_halted", "Partitions of this worker that are not read any more")
LAG = Gauge("fitpath_stream_lag", "Records of this worker's partitions that are not rows yet", ["topic"])
