"""The composition root: puts each room together from its parts and runs it as a process."""

from __future__ import annotations

import asyncio
import gc
import signal
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import asyncpg
import uvicorn
import uvloop

from services.broker import make_producer
from services.clock import MachineClock
from services.delivery.folder import FolderSink
from services.delivery.room import Carrier, DeliveryRoom
from services.deployment import Deployment
from services.describe.routes import described_routes
from services.destinations import destinations_of
from services.ingest.accept import Acceptor
from services.ingest.admission import Admission
from services.ingest.callers import Callers
from services.ingest.health import Health
from services.ingest.http import HttpDoor
from services.ingest.inbound import InboundDoor
from services.ingest.inbox import SILENT, Inbox
from services.ingest.memory import Memory
from services.ingest.pages import pages_of
from services.ledger.database import AWAY, connect_pool, migrate
from services.ledger.generation import begin_generation
from services.ledger.policies import any_policy, apply_policy
from services.ledger.subject_key import check_subject_key
from services.log_reader import LogReader
from services.lookup.folder import FolderRegister
from services.lookup.room import LookupRoom
from services.metrics import shown_metrics
from services.observe import log
from services.policy_files import read_policy_file
from services.relay.room import RelayRoom
from services.settings import Settings
from services.streams.room import StreamRoom
from services.timers.room import TimerRoom
from services.topics import apply_topics
from services.watchdog import guard_loop, watch_pulses

if TYPE_CHECKING:
    from services.ledger.database import Pool

RoomName = Literal["ingest", "streams", "relay", "timers", "delivery", "lookup"]
#: What every deployment runs.
ROOMS: tuple[RoomName, ...] = ("ingest", "streams", "relay", "timers", "delivery")
#: Objects. A batch makes some ten thousand that go by themselves; Python would look at them every 700.
_COLLECT_AFTER = 50_000
Room = Callable[[Deployment, AsyncExitStack], Awaitable[None]]


def run_room(name: RoomName, settings: Settings) -> None:
    """Run a room until SIGTERM or SIGINT. Raises what must end the process."""
    gc.freeze()  # what was imported stays: no collection need look at it again
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # faust's thread makes a loop of its own
    with asyncio.Runner() as runner:
        runner.run(_until_stopped(_ROOMS[name], settings))


async def prepare(settings: Settings) -> Deployment:
    """Migrate the ledger, make the topics, begin the log generation, apply the default policy where there is none.

    Raises LedgerNewer, OtherSubjectKey, PartitionsDiffer, PolicyNotValid, SettingsNotUsable; KafkaError and database
    errors as they are.
    """
    destinations_of(settings)  # a file that cannot be used is said before anything is made
    deployment = await Deployment.of(settings)
    connection = await asyncpg.connect(deployment.dsn)
    try:
        await migrate(connection)
        await check_subject_key(connection, deployment.subject_key)
        plan = await apply_topics(connection, deployment.broker, deployment.generation, settings)
        await begin_generation(connection, deployment.generation, plan.partitions, embedded=settings.embedded_broker)
        if not await any_policy(connection):
            await apply_policy(connection, read_policy_file(settings.policy_file))
    finally:
        await connection.close()
    return deployment


def rooms_of(settings: Settings) -> tuple[RoomName, ...]:
    """The rooms of a deployment on one machine: a look-up only where there is something to look into."""
    return ROOMS if settings.lookup_folder is None else (*ROOMS, "lookup")


async def _until_stopped(room: Room, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    deployment = await Deployment.of(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(shown_metrics(settings.metrics_port))
        guard = asyncio.create_task(guard_loop(settings.stall_seconds))
        stack.callback(guard.cancel)
        work = asyncio.create_task(_as_awaitable(room, deployment, stack))
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if work.done():
            work.result()
            return
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _as_awaitable(room: Room, deployment: Deployment, stack: AsyncExitStack) -> None:
    await room(deployment, stack)


async def _ingest(deployment: Deployment, stack: AsyncExitStack) -> None:
    settings = deployment.settings
    callers = Callers.of(settings)
    admission = Admission.by(deployment.sources, settings.largest_body, shared=deployment.broker.trusted)
    producer = make_producer(deployment.broker, embedded=settings.embedded_broker)
    await producer.start()
    stack.push_async_callback(producer.stop)
    inbox, memory, clock = Inbox(None), Memory(), MachineClock()
    connecting = asyncio.create_task(_reach_database(inbox, deployment.dsn))
    stack.callback(connecting.cancel)

    acceptor = Acceptor(producer, inbox, memory, clock, deployment.subject_key, "http")
    door = HttpDoor(
        acceptor=acceptor,
        inbox=inbox,
        memory=memory,
        callers=callers,
        health=Health(producer, inbox),
        key=deployment.subject_key,
        admission=admission,
        most_at_once=settings.most_at_once,
        body_seconds=settings.body_seconds,
    )
    beside = [*described_routes(), *pages_of(settings, inbox, acceptor, clock)]
    server = uvicorn.Server(
        uvicorn.Config(
            door.app(beside), host=settings.host, port=settings.port, log_config=None, access_log=False,
            server_header=False, lifespan="off", timeout_keep_alive=65, timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=65_536,
        )
    )  # fmt: skip
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    inbound = InboundDoor(
        Acceptor(producer, inbox, memory, clock, deployment.subject_key, "kafka"),
        admission,
        deployment.broker,
        deployment.generation,
        "fitpath-inbound",
    )
    joined = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_serve(server))
        group.create_task(inbound.run(joined))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        await joined.wait()
        deployment.say_ready()


async def _serve(server: uvicorn.Server) -> None:
    try:
        await server._serve()  # serve() would take the signals that this process handles itself
    except asyncio.CancelledError:
        server.should_exit = True
        await server.shutdown()
        raise


async def _reach_database(inbox: Inbox, dsn: str) -> None:
    """The door works without the database; it looks for it until it is there."""
    while True:
        try:
            inbox.pool = await connect_pool(dsn, most=8)
        except SILENT as why:
            log("ingest").warning("works without the database", error=type(why).__name__)
            await asyncio.sleep(1.0)
        else:
            return


async def _streams(deployment: Deployment, stack: AsyncExitStack) -> None:
    from services.streams.shell import make_app, until_it_ends  # faust: half a second that only this room must wait

    settings = deployment.settings
    reader = await stack.enter_async_context(LogReader(deployment.broker))
    pool = await _pool(deployment, stack, most=8)
    async with pool.acquire() as connection:
        await check_subject_key(connection, deployment.subject_key)
    room = StreamRoom(pool, reader, deployment.generation, deployment.subject_key, stall_seconds=settings.stall_seconds)
    app = make_app(
        group=settings.group,
        broker=deployment.broker,
        room=room,
        session_seconds=settings.session_seconds,
        datadir=stack.enter_context(tempfile.TemporaryDirectory(prefix="fitpath-faust-")),
        partitions=settings.partitions,
        replication=settings.replication,
    )
    await app.start()
    stack.push_async_callback(app.stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(room.watch())
        group.create_task(until_it_ends(app))
        await room.ready.wait()
        deployment.say_ready()


async def _relay(deployment: Deployment, stack: AsyncExitStack) -> None:
    settings = deployment.settings
    pool = await _pool(deployment, stack)
    room = RelayRoom(
        pool, deployment.broker, deployment.generation,
        embedded=settings.embedded_broker, stall_seconds=settings.stall_seconds,
    )  # fmt: skip
    taken = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(room.run(taken))
        await taken.wait()
        deployment.say_ready()


async def _timers(deployment: Deployment, stack: AsyncExitStack) -> None:
    settings = deployment.settings
    reader = await stack.enter_async_context(LogReader(deployment.broker))
    pool = await _pool(deployment, stack)
    producer = make_producer(deployment.broker, embedded=settings.embedded_broker)
    await producer.start()
    stack.push_async_callback(producer.stop)
    patience = timedelta(seconds=settings.timer_patience_seconds)
    inbound = deployment.sources.inbound_topics
    room = TimerRoom(pool, reader, producer, MachineClock(), deployment.generation, patience, inbound)
    deployment.say_ready()
    async with asyncio.TaskGroup() as group:
        group.create_task(room.run())
        group.create_task(watch_pulses("timers", [room.pulse], settings.stall_seconds))


async def _delivery(deployment: Deployment, stack: AsyncExitStack) -> None:
    settings = deployment.settings
    carriers = [
        Carrier(name, destination.topics, FolderSink(Path(destination.path)))
        for name, destination in destinations_of(settings).items()
    ]
    pool = await _pool(deployment, stack, most=2 + 2 * len(carriers))
    producer = make_producer(deployment.broker, embedded=settings.embedded_broker)
    await producer.start()
    stack.push_async_callback(producer.stop)
    room = DeliveryRoom(
        pool, deployment.broker, producer, MachineClock(), carriers, stall_seconds=settings.stall_seconds
    )
    deployment.say_ready()
    await room.run()


async def _lookup(deployment: Deployment, stack: AsyncExitStack) -> None:
    settings = deployment.settings
    settings.needs("lookup_folder")
    producer = make_producer(deployment.broker, embedded=settings.embedded_broker)
    await producer.start()
    stack.push_async_callback(producer.stop)
    inbox, clock, joined = Inbox(None), MachineClock(), asyncio.Event()
    stack.callback(asyncio.create_task(_reach_database(inbox, deployment.dsn)).cancel)
    acceptor = Acceptor(producer, inbox, Memory(), clock, deployment.subject_key, "http")
    room = LookupRoom(FolderRegister(settings.lookup_folder or Path()), acceptor, deployment.broker, clock)
    async with asyncio.TaskGroup() as group:
        group.create_task(room.run(joined))
        group.create_task(watch_pulses("lookup", [room.pulse], settings.stall_seconds))
        await joined.wait()
        deployment.say_ready()


async def _pool(deployment: Deployment, stack: AsyncExitStack, *, most: int = 4) -> Pool:
    """A pool, once the database is there: a room waits for it rather than end."""
    while True:
        try:
            pool = await connect_pool(deployment.dsn, most=most)
        except AWAY as why:
            log("process").warning("waits for the database", error=type(why).__name__)
            await asyncio.sleep(1.0)
        else:
            stack.push_async_callback(pool.close)
            return pool


_ROOMS: dict[RoomName, Room] = {
    "ingest": _ingest, "streams": _streams, "relay": _relay, "timers": _timers, "delivery": _delivery,
    "lookup": _lookup,
}  # fmt: skip
