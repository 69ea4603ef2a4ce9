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
RECEIPTS = "fitpath.receipts"
PROMPTS = "fitpath.prompts"
REFERRALS = "fitpath.referrals"
PATIENT_INFORMATION = "fitpath.patient-information"
CARE_PACKAGES = "fitpath.care-packages"
DECISIONS = "fitpath.decisions"
LOOKUPS = "fitpath.lookups"


def feedback(audience: Audience) -> str:
    """The feedback topic of an audience."""
    return f"fitpath.feedback.{audience}"


def is_inbound(topic: str) -> bool:
    """Whether publishers produce to a topic: the shared one, or that of one source."""
    return topic == INBOUND or topic.startswith(f"{INBOUND}.")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. Each has as many partitions as ``fitpath.events``."""

    name: str
    purpose: str
    direction: Literal["in", "internal", "out"]
    compacted: bool = False

    @property
    def cleanup(self) -> str:
        """Kafka's name for how it is kept."""
        return "compact" if self.compacted else "delete"


def inbound(name: str) -> Topic:
    """The inbound topic of one source, by its name in the registry of sources."""
    return Topic(f"{INBOUND}.{name}", "events that one source produces to Kafka instead of HTTP", "in")


TOPICS: tuple[Topic, ...] = (
    Topic(INBOUND, "events that publishers produce to Kafka instead of HTTP, on this machine", "in"),
    Topic(
        EVENTS, "accepted events, keyed by subject reference; never compacted, written without transactions", "internal"
    ),
    Topic(REFUSALS, "refusals of every door and duplicates that a door answers itself", "internal"),
    Topic(RELAY, "how far each lane of the relay has published", "internal", compacted=True),
    Topic(RECEIPTS, "what became of each output at each destination, once that is final", "internal"),
    Topic(PROMPTS, "prompts to a professional", "out"),
    Topic(REFERRALS, "referrals to an IPS provider", "out"),
    Topic(PATIENT_INFORMATION, "information that is due to the person", "out"),
    Topic(CARE_PACKAGES, "care packages, for the health side and the person", "out"),
    Topic(DECISIONS, "every decision with its reasons; no outside reader", "out"),
    Topic(LOOKUPS, "questions to a national register, for the look-up sink; no other reader", "out"),
    *(Topic(feedback(audience), f"feedback to {audience}", "out") for audience in AUDIENCES),
)
OUTPUT_TOPICS = tuple(topic.name for topic in TOPICS if topic.direction == "out")
