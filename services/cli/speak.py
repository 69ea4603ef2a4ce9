"""How the command line speaks: words for a person on standard error, results on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import asyncpg
import orjson
import typer
from aiokafka.errors import InvalidReplicationFactorError, KafkaError
from rich.console import Console

from schemas.envelope import from_text
from schemas.failures import Refused
from services.domain.policy import PolicyNotValid
from services.embedded.troubles import EmbeddedTrouble
from services.ledger.database import AWAY, LedgerNewer
from services.ledger.generation import PartitionsDiffer
from services.ledger.policies import PolicyNotKnown
from services.ledger.subject_key import OtherSubjectKey
from services.publishing import DoorAway
from services.settings import Settings, SettingsNotUsable, read_settings
from services.up.children import RoomNotReady

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]

#: For people; results go to standard output by `show`.
console = Console(stderr=True)


class Trouble(Exception):  # noqa: N818 - a trouble is not a fault
    """Something that the person at the keyboard can mend; the text says what and how, without personal data."""


def say(text: str) -> None:
    """Tell the person something."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def say_trouble(why: Trouble) -> None:
    """Tell the person what is wrong."""
    console.print(f"fitpath: {why}", style="red", markup=False, highlight=False, soft_wrap=True)


def show(value: object) -> None:
    """Print one line of JSON on standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str) + b"\n")
    sys.stdout.flush()


#: Exceptions whose text was written for a person.
_IN_WORDS = (
    DoorAway,
    EmbeddedTrouble,
    LedgerNewer,
    OtherSubjectKey,
    PartitionsDiffer,
    PolicyNotKnown,
    RoomNotReady,
    SettingsNotUsable,
)


@contextmanager
def troubles() -> Iterator[None]:
    """Turn what a person can mend into words."""
    try:
        yield
    except _IN_WORDS as why:
        raise Trouble(str(why)) from None
    except PolicyNotValid as why:
        raise Trouble("the policy is not valid:\n  " + "\n  ".join(why.problems)) from None
    except Refused as why:
        raise Trouble("; ".join(f"{problem.words()} ({problem.code})" for problem in why.problems)) from None
    except InvalidReplicationFactorError:
        raise Trouble("FITPATH_REPLICATION asks for more copies than the broker has nodes") from None
    except KafkaError as why:
        raise Trouble(f"the broker does not answer ({type(why).__name__}): `fitpath doctor` says more") from None
    except asyncpg.UndefinedTableError:
        raise Trouble("this database holds no ledger yet: `fitpath up` makes it") from None
    except AWAY as why:
        raise Trouble(f"the database does not answer ({type(why).__name__}): `fitpath doctor` says more") from None


def settings() -> Settings:
    """The settings, or words about what is wrong with them; a running `up` lends its own where none are set."""
    from services.cli.running import lent

    with troubles():
        return lent(read_settings())


def moment(text: str | None, option: str) -> datetime | None:
    """A time that was given, or words about how to give it."""
    try:
        return None if text is None else from_text(text)
    except (ValueError, OverflowError):
        raise Trouble(f"{option} takes a time with an offset, such as 2026-01-01T00:00:00Z") from None
