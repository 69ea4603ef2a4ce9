"""`fitpath up`: broker and database (embedded where none is given), then the rooms, until it is told to stop."""

from __future__ import annotations

import asyncio
import fcntl
import signal
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from services.answer_links import add_page_key
from services.bootstrap import RoomName, prepare, rooms_of
from services.deployment import Deployment
from services.embedded.broker import RunningBroker, start_broker
from services.embedded.home import Home, find_home
from services.embedded.postgres import start_postgres
from services.observe import log
from services.settings import Settings, SettingsNotUsable
from services.up.children import Child
from services.up.drain import drained
from services.up.keys import ensure_subject_key
from services.up.ports import free_port

_READY_SECONDS = 60.0
_DRAIN_SECONDS = 30.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Up:
    """A running Fitpath. ``env`` is what its rooms were given."""

    door: str
    broker: str
    database: str
    generation: str
    home: Path
    rooms: Mapping[str, Child]
    env: Mapping[str, str]
    broker_ended: asyncio.Task[None] | None

    def told(self) -> dict[str, object]:
        """The line of `up --json`."""
        return {"ready": True, "door": self.door, "broker": self.broker, "database": self.database}


async def run_up(settings: Settings, say: Say, ready: Callable[[Up], None]) -> None:
    """Run until SIGINT or SIGTERM; an embedded broker that ends by itself is followed by a new one.

    Raises SettingsNotUsable, RoomNotReady and what `prepare` raises.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        async with running(settings, say) as up:
            ready(up)
            waits: list[asyncio.Task[object]] = [asyncio.create_task(_until(stop))]
            if up.broker_ended is not None:
                waits.append(up.broker_ended)
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            waits[0].cancel()
            if stop.is_set():
                say("stopping: no new events are taken; what was taken is worked off")
            else:
                say("the embedded broker ended: starting a new one; what it held and the ledger did not is lost")


@asynccontextmanager
async def running(settings: Settings, say: Say) -> AsyncIterator[Up]:
    """Fitpath, running inside this block. ``say`` is told the progress."""
    home = find_home(settings.home)
    if home.moved_because:
        say(f"data is kept in {home.path}: {home.moved_because}")
    async with AsyncExitStack() as stack:
        stack.enter_context(_only_up(home.path / "up.lock"))
        database = await _database(settings, home, stack, say)
        broker, embedded = await _broker(settings, home, stack, say)
        key_file = settings.subject_key_file or home.path / "keys" / "subject.key"
        await ensure_subject_key(key_file, database)
        page_keys = settings.page_keys_file or home.path / "keys" / "page.keys"
        if not page_keys.exists():
            add_page_key(page_keys, "first")
        generation = settings.generation or (f"embedded-{uuid.uuid4()}" if embedded else None)
        port = free_port(settings.host, settings.port)
        deployed = settings.model_copy(
            update={
                "home": home.path, "database_url": SecretStr(database), "broker_url": broker, "port": port,
                "generation": generation, "embedded_broker": embedded is not None or settings.embedded_broker,
                "subject_key_file": key_file, "page_keys_file": page_keys,
                "page_codes_folder": settings.page_codes_folder or home.path / "codes",
            }
        )  # fmt: skip
        say("preparing the ledger and the topics")
        deployment = await prepare(deployed)
        env = _env(deployed, deployment.generation)
        names = rooms_of(deployed)
        metrics = _metrics_ports(settings.metrics_port, names, say)
        rooms = {str(name): _child(name, {**env, "FITPATH_METRICS_PORT": metrics[name]}, home.path) for name in names}
        stack.push_async_callback(_stop, rooms, deployment)
        say("starting the rooms: " + ", ".join(rooms))
        await asyncio.gather(*(room.start(_READY_SECONDS) for room in rooms.values()))
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        yield Up(
            door=f"http://{host}:{port}", broker=broker, database=database, generation=deployment.generation,
            home=home.path, rooms=rooms, env=env,
            broker_ended=asyncio.create_task(_ended(embedded)) if embedded else None,
        )  # fmt: skip


async def _stop(rooms: Mapping[str, Child], deployment: Deployment) -> None:
    """Inbound is worked off, the door closes, the streams and the relay finish: then all stop."""
    place = (deployment.dsn, deployment.broker, deployment.generation)
    topics = deployment.sources.inbound_topics
    try:
        await drained(*place, inbound=True, within=_DRAIN_SECONDS / 2, topics=topics)
        await asyncio.gather(*(rooms[name].stop() for name in ("ingest", "lookup") if name in rooms))
        if not await drained(*place, inbound=False, within=_DRAIN_SECONDS):
            log("up").warning("not everything was worked off before the stop")
    except Exception as why:  # noqa: BLE001 - whatever is away: the rooms must stop all the same
        log("up").warning("could not wait for the rooms to finish", error=type(why).__name__)
    await asyncio.gather(*(room.stop() for room in rooms.values()))


async def _database(settings: Settings, home: Home, stack: AsyncExitStack, say: Say) -> str:
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    say("starting the embedded database")
    postgres = await start_postgres(home.path / "postgres")
    stack.push_async_callback(postgres.stop)
    return postgres.dsn


async def _broker(settings: Settings, home: Home, stack: AsyncExitStack, say: Say) -> tuple[str, RunningBroker | None]:
    if settings.broker_url is not None:
        return settings.broker_url, None
    say(
        "starting the embedded broker: it forgets at a stop and has no transactions (after a kill an output may"
        " repeat); for trying and tests, not for what must survive"
    )
    broker = await start_broker(log_file=home.path / "logs" / "broker.log")
    stack.push_async_callback(broker.stop)
    return broker.address, broker


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


async def _ended(broker: RunningBroker) -> None:
    await broker.wait()


def _metrics_ports(first: int, rooms: Sequence[RoomName], say: Say) -> dict[str, str]:
    """A port of its own for each room but the door, which shows its own; none where none is wanted."""
    ports = dict.fromkeys(map(str, rooms), "0")
    if first:
        others = [name for name in ports if name != "ingest"]
        ports |= {name: str(free_port("127.0.0.1", first + n)) for n, name in enumerate(others)}
        say("metrics: " + ", ".join(f"{name} http://127.0.0.1:{ports[name]}/metrics" for name in others))
    return ports


def _child(name: str, env: Mapping[str, str], home: Path) -> Child:
    for folder in ("logs", "run"):
        (home / folder).mkdir(mode=0o700, exist_ok=True)
    ready = home / "run" / f"{name}.ready"
    return Child(name, {**env, "FITPATH_READY_FILE": str(ready)}, home / "logs" / f"{name}.log", ready)


def _env(settings: Settings, generation: str) -> dict[str, str]:
    """The settings as the rooms read them."""
    dumped = settings.model_dump(exclude_none=True, exclude={"ready_file", "generation"})
    env = {f"FITPATH_{name.upper()}": _plain(value) for name, value in dumped.items()}
    return {**env, "FITPATH_GENERATION": generation}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@contextmanager
def _only_up(path: Path) -> Iterator[None]:
    """One `up` for each home. Raises SettingsNotUsable when another one runs."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsNotUsable(
                f"another `fitpath up` runs on {path.parent}: stop it, or set FITPATH_HOME to another folder"
            ) from None
        yield
