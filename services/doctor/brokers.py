"""Whether the broker answers, and whether its topics are as they must be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from services.broker import topics_there
from services.finding import Finding
from services.settings import SettingsNotUsable
from services.topics import plan_topics, wanted_topics

if TYPE_CHECKING:
    from services.doctor.ground import Ground

_PATIENCE_SECONDS = 5.0
_ADVICE = "start it, or set FITPATH_BROKER_URL to host:port; `make kafka` starts a real one, `fitpath up` an embedded"
_SHOWN = 3


async def broker(ground: Ground) -> Finding:
    """Whether it answers."""
    address = ground.settings.broker_url
    if address is None:
        return Finding("broker", False, "no broker is set and no `up` runs", _ADVICE)
    try:
        at = ground.broker()
    except SettingsNotUsable:
        return Finding("broker", False, "cannot be asked as it is set", "see broker access")
    try:
        await asyncio.wait_for(topics_there(at), _PATIENCE_SECONDS)
    except (KafkaError, TimeoutError, OSError, ValueError) as why:
        return Finding("broker", False, f"{address} does not answer ({type(why).__name__})", _ADVICE)
    return Finding("broker", True, f"{address} answers")


async def topics(ground: Ground) -> Finding:
    """Whether every topic is there, with its partitions, its cleanup policy and its copies."""
    wanted = wanted_topics(ground.settings)
    async with ground.pool.acquire() as connection:
        plan = await plan_topics(connection, ground.broker(), await ground.generation(), ground.settings)
    if plan.refused:
        return Finding("topics", False, plan.refused, "as it says; nothing is made before")
    if plan.missing:
        names = ", ".join(plan.missing[:_SHOWN]) + (", ..." if len(plan.missing) > _SHOWN else "")
        return Finding("topics", False, f"{len(plan.missing)} are missing: {names}", "`fitpath topics apply`")
    if plan.differs:
        first = plan.differs[0]
        more = f" ({len(plan.differs)} differences: `fitpath topics plan`)" if len(plan.differs) > 1 else ""
        return Finding("topics", False, f"{first.words()}{more}", first.advice)
    return Finding("topics", True, f"all {len(wanted)} are there, with {plan.partitions} partitions")
