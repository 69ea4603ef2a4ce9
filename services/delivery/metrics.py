"""Metrics of the delivery room: names of the deployment's own destinations as labels, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

OUTCOMES = Counter("fitpath_delivery_outcomes", "Outputs with their final outcome", ["destination", "outcome"])
WAITING = Gauge("fitpath_delivery_waiting", "Outputs that a destination has taken in and not finished", ["destination"])
FAILING = Gauge("fitpath_delivery_failing", "Whether a destination takes nothing at present", ["destination"])
NOT_OURS = Counter(
    "fitpath_delivery_records_not_ours", "Records of output topics that are no output of Fitpath", ["destination"]
)
