"""Whether outputs reach the deployment's destinations, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from services.destinations import Destination, destinations_of
from services.doctor.stuck import Queue, stuck
from services.finding import Finding
from services.settings import SettingsNotUsable

if TYPE_CHECKING:
    from services.doctor.ground import Ground
    from services.ledger.database import Pool

_START = "start `fitpath delivery`; where it runs, its log says why it does not go on"
#: Of each lane so many of the newest outputs are looked at: enough to see whether they are taken in.
_NEWEST = 1000
_SHOWN = 100


async def destinations(ground: Ground) -> Finding:
    """Whether each destination takes what is for it."""
    try:
        named = destinations_of(ground.settings)
    except SettingsNotUsable as why:
        return Finding("destinations", False, str(why), "mend the file that FITPATH_DESTINATIONS_FILE names")
    left = await ground.pool.fetchval("select count(*) from delivery where destination <> all($1)", list(named))
    if left:
        advice = "name it again in FITPATH_DESTINATIONS_FILE: nothing else finishes them"
        return Finding("destinations", False, f"{left} outputs wait for a destination that is not named", advice)
    if not named:
        return Finding("destinations", True, "none is named: outputs stay on their topics")
    failing = await ground.pool.fetch("select name, failing, since from destination where failing is not null")
    if failing:
        first = failing[0]
        words = f"{first['name']} takes nothing since {first['since']:%Y-%m-%d %H:%M}: {first['failing']}"
        return Finding("destinations", False, words, "mend it: what waits goes by itself then, nothing is lost")
    generation = await ground.generation()
    still = await stuck(lambda: _queues(ground.pool, generation, named))
    if still:
        places = ", ".join(f"{queue.waiting} for {name}" for name, queue in still.items())
        return Finding("destinations", False, f"outputs wait and are not handed over: {places}", _START)
    return await _outcomes(ground.pool, len(named))


async def _outcomes(pool: Pool, named: int) -> Finding:
    waiting = await pool.fetch("select reason, count(*) n from delivery where reason is not null group by 1 order by 1")
    given_up: int = await pool.fetchval("select count(*) from receipt where outcome = 'gave-up'")
    words = f"{named} named, each takes what is for it"
    if waiting:
        words += "; " + ", ".join(f"{row['n']} wait ({row['reason']})" for row in waiting)
    if given_up:
        return Finding("destinations", True, f"{words}; {given_up} were refused for good", "`fitpath journey show`")
    return Finding("destinations", True, words)


async def _queues(pool: Pool, generation: str, named: Mapping[str, Destination]) -> dict[str, Queue]:
    """What is published and not taken in, or taken in and due, for each destination."""
    found = {}
    for name, destination in named.items():
        rows = await pool.fetch(
            "select o.output_id from log_generation g cross join generate_series(0, g.partitions - 1) p(partition)"
            " join relay_position r using (generation, partition) cross join lateral (select output_id, topic, time"
            " from outbox where generation = g.generation and partition = p.partition"
            " and (event_offset, ordinal) <= (r.event_offset, r.ordinal)"
            " order by event_offset desc, ordinal desc limit $4) o"
            " left join destination d on d.name = $2 where g.generation = $1 and o.topic = any($3)"
            " and (d.begun is null or o.time >= d.begun)"
            " and not exists (select 1 from delivery w where w.output_id = o.output_id and w.destination = $2)"
            " and not exists (select 1 from receipt c where c.output_id = o.output_id and c.destination = $2)"
            " union all select output_id from delivery w join outbox using (output_id)"
            " where w.destination = $2 and outcome is null and again <= now() order by 1",
            generation, name, list(destination.topics), _NEWEST,
        )  # fmt: skip
        found[name] = Queue(len(rows), tuple(row["output_id"] for row in rows[:_SHOWN]))
    return found
