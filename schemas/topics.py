"""The one table of topics: name, what it is for, how it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Audience = Literal["gp-practice", "pain-service", "ips-provider", "job-centre", "employer", "person"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

EVENTS = "fitpath.events"
INBOUND = "fitpath.inbound"
REFUSALS = "fitpath.refusals"
RELAY = "fitpath.relay"
PROMPTS = "fitpath.prompts"
REFERRALS = "fitpath.referrals"
PATIENT_INFORMATION = "fitpath.patient-information"
CARE_PACKAGES = "fitpath.care-packages"
DECISIONS = "fitpath.decisions"


def feedback(audience: Audience) -> str:
    """The feedback topic of an audience."""
    return f"fitpath.feedback.{audience}"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. ``partitioned``: has as many partitions as ``fitpath.events``."""

    name: str
    purpose: str
    direction: Literal["in", "internal", "out"]
    compacted: bool = False
    partitioned: bool = True


TOPICS: tuple[Topic, ...] = (
    Topic(INBOUND, "events that publishers produce to Kafka instead of HTTP", "in"),
    Topic(
        EVENTS, "accepted events, keyed by subject reference; never compacted, written without transactions", "internal"
    ),
    Topic(REFUSALS, "refusals of every door and duplicates that a door answers itself", "internal"),
    Topic(RELAY, "how far each lane of the relay has published", "internal", compacted=True),
    Topic(PROMPTS, "prompts to a professional", "out"),
    Topic(REFERRALS, "referrals to an IPS provider", "out"),
    Topic(PATIENT_INFORMATION, "information that is due to the person", "out"),
    Topic(CARE_PACKAGES, "care packages, for the health side and the person", "out"),
    Topic(DECISIONS, "every decision with its reasons; no outside reader", "out"),
    *(Topic(feedback(audience), f"feedback to {audience}", "out") for audience in AUDIENCES),
)
OUTPUT_TOPICS = tuple(topic.name for topic in TOPICS if topic.direction == "out")
