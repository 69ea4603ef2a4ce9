"""Metrics of the relay: closed sets of labels, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

OUTPUTS = Counter("fitpath_relay_outputs", "Outputs published", ["topic"])
TRANSACTIONS = Counter("fitpath_relay_transactions", "Transactions committed; on the embedded broker: rounds marked")
LAG = Gauge("fitpath_relay_lag", "Outputs of a lane that are in the outbox and not published yet", ["lane"])
