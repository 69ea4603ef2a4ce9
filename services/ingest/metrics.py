"""Metrics of the ingest room: closed sets of labels, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ANSWERS = Counter("fitpath_door_answers", "Answers of the HTTP door", ["door", "status"])
ARRIVALS = Gauge("fitpath_arrivals", "Arrivals by what became of them, counted from rows", ["outcome"])
DEAD_LETTERS = Gauge("fitpath_dead_letters_open", "Dead letters that wait for somebody, counted from rows")
HALTED = Gauge("fitpath_partitions_halted", "Partitions that are not read any more, counted from rows")
