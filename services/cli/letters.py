"""`dead-letters list|show|replay`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import asyncpg
import msgspec
import typer

from services.broker import make_producer
from services.cli.speak import Json, Trouble, say, settings, show, troubles
from services.clock import MachineClock
from services.deployment import Deployment, dsn_of
from services.ingest.accept import Acceptor, BrokerAway
from services.ingest.admission import Admission
from services.ingest.inbox import Inbox
from services.ingest.memory import Memory
from services.replay.letters import Letter, LetterNotKnown, find_letter, list_letters, replay_letter
from services.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    letters = typer.Typer(help="What could not be processed: look at it, mend it, replay it.", no_args_is_help=True)
    letters.command("list")(_list)
    letters.command("show")(_show)
    letters.command("replay")(_replay)
    app.add_typer(letters, name="dead-letters")


def _list(
    *, every: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False, json: Json = False
) -> None:
    """List the dead letters that wait for somebody."""
    with troubles():
        found = asyncio.run(_read(dsn_of(settings()), every))
    if json:
        show(msgspec.to_builtins(found))
        return
    for letter in found:
        say(f"{letter.id:>6}  {letter.state:<9} {letter.code:<22} {letter.place:<32} {letter.at:%Y-%m-%d %H:%M}")
    say(f"{len(found)} dead letters")


async def _read(dsn: str, every: bool) -> list[Letter]:
    connection = await asyncpg.connect(dsn)
    try:
        return await list_letters(connection, resolved=every)
    finally:
        await connection.close()


def _show(number: Annotated[int, typer.Argument(help="Number of the dead letter.")], *, json: Json = False) -> None:
    """Show why a dead letter is one and what to do; never its content."""
    with troubles():
        letter, size = asyncio.run(_find(dsn_of(settings()), number))
    if json:
        show({**msgspec.to_builtins(letter), "bytes": size})
        return
    say(f"{letter.code}: {letter.words}\n  place    {letter.place} ({size} bytes)\n  arrival  {letter.arrival}")
    say(f"  stage    {letter.stage}, {letter.state}\n  do       {letter.advice}")


async def _find(dsn: str, number: int) -> tuple[Letter, int]:
    connection = await asyncpg.connect(dsn)
    try:
        return await find_letter(connection, number)
    except LetterNotKnown as why:
        raise Trouble(str(why)) from None
    finally:
        await connection.close()


def _replay(
    number: Annotated[list[int] | None, typer.Argument(help="Numbers of dead letters.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    json: Json = False,
) -> None:
    """Send dead letters again; what goes through moves from rejected to accepted."""
    if bool(number) == every:
        raise Trouble("name the dead letters, or say --all")
    with troubles():
        arrivals = asyncio.run(_send(settings(), number or []))
    if json:
        show({"replayed": arrivals})
    else:
        say(f"{len(arrivals)} sent again; `fitpath dead-letters list` shows what failed again")


async def _send(conf: Settings, numbers: list[int]) -> list[str]:
    deployment = await Deployment.of(conf)
    connection = await asyncpg.connect(deployment.dsn)
    producer = make_producer(deployment.broker, embedded=conf.embedded_broker)
    await producer.start()
    try:
        acceptor = Acceptor(producer, Inbox(None), Memory(), MachineClock(), deployment.subject_key, "kafka")
        admission = Admission.by(deployment.sources, conf.largest_body, shared=deployment.broker.trusted)
        chosen = numbers or [letter.id for letter in await list_letters(connection)]
        return [await replay_letter(connection, number, acceptor, admission, producer) for number in chosen]
    except LetterNotKnown as why:
        raise Trouble(str(why)) from None
    except BrokerAway:
        raise Trouble("the broker does not answer; nothing is lost: replay it again") from None
    finally:
        await producer.stop()
        await connection.close()
