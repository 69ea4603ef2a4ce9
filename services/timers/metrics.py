"""Metrics of the timer room: the closed set of steps as labels, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

DUE = Counter("fitpath_due_events", "Due events written", ["step"])
OVERDUE = Gauge("fitpath_waits_overdue", "Waits whose moment has come and that are not handled yet")
