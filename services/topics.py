"""Topics as they should be and as they are: what `topics plan` shows, and what makes the missing ones.

The number of partitions is fixed once, in the ledger, for each log generation (EXACTNESS 10). Nothing here
deletes or changes a topic: what differs is told, with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from schemas.topics import EVENTS, TOPICS, Topic
from services.broker import TopicThere, ensure_topics, topics_there
from services.broker_security import Address, broker_at
from services.ledger.generation import PartitionsDiffer, fixed_partitions
from services.sources import Sources

if TYPE_CHECKING:
    from services.ledger.database import Connection
    from services.settings import Settings

What = Literal["partitions", "cleanup policy", "copies"]


class Differs(msgspec.Struct):
    """One thing about a topic that is not as it should be, and what to do."""

    topic: str
    what: What
    found: str
    wanted: str
    advice: str

    def words(self) -> str:
        """For a person."""
        return f"{self.topic} has {self.what} {self.found}, wanted {self.wanted}"


class Plan(msgspec.Struct):
    """What is missing and what differs.

    ``fixed``: the number of partitions that the ledger fixed for this log. ``refused``: why nothing may be made.
    """

    partitions: int
    copies: int
    fixed: int | None
    refused: str | None = None
    missing: list[str] = []
    differs: list[Differs] = []

    @property
    def good(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.missing or self.differs or self.refused)


async def plan_topics(connection: Connection, broker: Address, generation: str, settings: Settings) -> Plan:
    """Compare the broker with what is wanted. Raises SettingsNotUsable, KafkaError, database errors."""
    fixed = await fixed_partitions(connection, generation)
    asked = settings.partitions if "partitions" in settings.model_fields_set else fixed
    topics, servers = wanted_topics(settings), broker_at(broker).servers
    there = await topics_there(broker, topics)
    return compare(there, fixed, asked or settings.partitions, copies_of(settings), servers, topics)


async def apply_topics(connection: Connection, broker: Address, generation: str, settings: Settings) -> Plan:
    """Make what is missing; the plan returned says what still differs.

    Raises PartitionsDiffer before anything is made; KafkaError and database errors as they are.
    """
    plan = await plan_topics(connection, broker, generation, settings)
    if plan.refused:
        raise PartitionsDiffer(plan.refused)
    await ensure_topics(broker, plan.partitions, plan.copies, wanted_topics(settings))
    plan.missing = []
    return plan


def wanted_topics(settings: Settings) -> tuple[Topic, ...]:
    """The topics of every deployment, and one for each registered source that has its own."""
    return (*TOPICS, *Sources.of(settings).own_topics)


def copies_of(settings: Settings) -> int:
    """How many copies are wanted; the embedded broker is one node and cannot have more."""
    return 1 if settings.embedded_broker else settings.replication


def compare(
    there: Mapping[str, TopicThere], fixed: int | None, asked: int, copies: int, broker: str,
    topics: Sequence[Topic] = TOPICS,
) -> Plan:  # fmt: skip
    """What is missing and what differs. Every topic has as many partitions as ``fitpath.events``, where that is."""
    partitions = there[EVENTS].partitions if EVENTS in there else fixed or asked
    plan = Plan(partitions, copies, fixed)
    if fixed not in (None, partitions):
        plan.refused = (
            f"the ledger fixed {fixed} partitions for this log, {EVENTS} has {partitions}: make the topic anew with"
            " its records in their partitions, or begin another log with another ledger"
        )
    elif fixed not in (None, asked):
        plan.refused = (
            f"the ledger fixed {fixed} partitions for this log, FITPATH_PARTITIONS says {asked}: set it to {fixed},"
            " or leave it out"
        )
    for topic in topics:
        found = there.get(topic.name)
        if found is None:
            plan.missing.append(topic.name)
        else:
            wanted = (fixed or asked) if topic.name == EVENTS else partitions
            plan.differs += _differs(topic, found, wanted, copies, broker)
    return plan


def _differs(topic: Topic, found: TopicThere, partitions: int, copies: int, broker: str) -> list[Differs]:
    tool, anew = f"--bootstrap-server {broker} --alter", "while it is empty, delete it, then `fitpath topics apply`"
    differs = []
    if found.partitions != partitions:
        advice = anew
        if topic.name == EVENTS:
            advice = f"{anew}; or set FITPATH_PARTITIONS={found.partitions}"
        elif found.partitions < partitions:
            advice = f"`kafka-topics.sh {tool} --topic {topic.name} --partitions {partitions}`; or {anew}"
        differs.append(Differs(topic.name, "partitions", str(found.partitions), str(partitions), advice))
    if found.cleanup != topic.cleanup:
        config = f"--entity-type topics --entity-name {topic.name} --add-config cleanup.policy={topic.cleanup}"
        advice = f"`kafka-configs.sh {tool} {config}`; or {anew}"
        differs.append(Differs(topic.name, "cleanup policy", found.cleanup, topic.cleanup, advice))
    if found.copies < copies:
        advice = f"add copies by `kafka-reassign-partitions.sh`, or set FITPATH_REPLICATION={found.copies}"
        differs.append(Differs(topic.name, "copies", str(found.copies), str(copies), advice))
    return differs
