"""No personal data in logs, tracebacks, metrics, keys, headers, addresses and exit messages (DESIGN, Promises)."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from privacy_fitpath import Run
from privacy_messages import MARKER, examples
from privacy_run import run

from schemas.topics import INBOUND, TOPICS

_NHS_NUMBER = re.compile(r"999[ .-]?000[ .-]?\d{4}")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One run of a whole Fitpath, and all that it said."""
    home = Path(tempfile.mkdtemp(prefix="fitpath-tests-", dir="/var/tmp"))
    try:
        yield asyncio.run(run(home, tmp_path_factory.mktemp("privacy")))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def personal_in(text: str) -> set[str]:
    """The marker and the NHS numbers that a text holds."""
    return set(_NHS_NUMBER.findall(text)) | ({MARKER} if MARKER.lower() in text.lower() else set())


def test_nothing_that_is_said_anywhere_holds_a_name_a_number_an_address_or_free_text(ran):
    assert {where: found for where, text in ran.said.items() if (found := personal_in(text))} == {}


def test_what_is_looked_for_was_there_to_be_found(ran):
    sent = str(examples())
    assert personal_in(sent) >= {MARKER, "9990000018"}
    assert sent.count(MARKER) > 200
    assert personal_in(ran.payloads) >= {MARKER, "9990000018"}


def test_every_place_where_something_is_said_was_looked_at(ran):
    places = set(ran.said)
    assert {f"keys and headers of {topic.name}" for topic in TOPICS if topic.name != INBOUND} <= places
    assert {f"{room}.log of the logs" for room in ("ingest", "streams", "relay", "broker")} <= places
    for place in (
        "standard error of up", "streams.log of the logs", "relay.log of the logs", "log of the postgres",
        "answers and metrics of the door", "keys and headers of fitpath.events", "keys and headers of fitpath.refusals",
        "keys and headers of fitpath.prompts", "keys and headers of fitpath.referrals",
        "keys and headers of fitpath.care-packages", "keys and headers of fitpath.feedback.gp-practice",
    ):  # fmt: skip
        assert ran.said[place], place
    assert "fitpath_door_answers" in ran.said["answers and metrics of the door"]
    assert {200, 202, 400, 404, 422} <= ran.answers


def test_a_failure_was_forced_at_each_stage_and_told_by_its_type_and_place(ran):
    assert ran.failed.keys() == {"parse", "load", "decide", "unique", "check", "publish"}
    streams, relay = ran.said["streams.log of the logs"], ran.said["relay.log of the logs"]
    for name in ("ValidationError", "KeyError", "UniqueViolationError", "CheckViolationError"):
        assert f'"error":"{name}"' in streams
    assert '"error":"RaiseError"' in relay
    assert "ledger/journeys.py" in streams


def test_what_failed_went_through_once_its_cause_was_gone(ran):
    assert ran.mended == {"load", "decide", "unique", "check", "publish"}
    commands = ran.said["commands from journey show on"]
    assert '"verified":true' in commands
    assert ran.exit_code == 0


def test_the_command_line_says_what_is_wrong_without_repeating_what_was_typed(ran):
    commands = ran.said["commands from journey show on"]
    assert "fitpath: an NHS number has ten digits" in commands
    assert "exit events status 2" in commands
    assert "exit publish" in commands


#: What libraries do: debug lines with payloads, texts of exceptions in messages, arguments and tracebacks.
_LIBRARIES = """
import asyncio, gc, logging, sys, threading, warnings
from services.observe import configure, log
configure("DEBUG")
logging.getLogger().setLevel(logging.DEBUG)
secret = "Zqmarkerqz 9990000018"
wrong = ValueError(secret)
for name in ("aiokafka.conn", "faust", "mode", "uvicorn.access", "uvicorn.error", "asyncpg", "a.library.of.tomorrow"):
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.debug("sent %s", secret)
    logger.info("GET /%s", secret)
    logger.warning("cannot send %r to node %d: %s", wrong, 7, secret)
    logger.warning("cannot send %(what)s", {"what": secret})
    logger.error("number %d", 9990000018)
    try:
        raise wrong
    except ValueError:
        logger.exception("it ended")
log("streams").debug("ours is heard")
warnings.warn(secret)

async def forgotten():
    raise wrong

async def main():
    task = asyncio.create_task(forgotten(), name=secret)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    asyncio.get_running_loop().call_soon(lambda words: 1 / 0, secret)
    await asyncio.sleep(0)

asyncio.run(main())
thread = threading.Thread(target=lambda: int(secret))
thread.start()
thread.join()

class Held:
    def __del__(self):
        raise ValueError(secret)

Held()
gc.collect()
raise ExceptionGroup(secret, [wrong])
"""


def test_libraries_at_debug_and_errors_that_nobody_took_are_told_without_their_texts():
    done = subprocess.run([sys.executable, "-c", _LIBRARIES], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert personal_in(done.stdout + done.stderr) == set(), done.stderr
    assert "cannot send ValueError to node 7: str" in done.stderr
    assert "a.library.of.tomorrow" in done.stderr
    assert "ours is heard" in done.stderr
    assert "sent" not in done.stderr.replace("cannot send", "")
    for words in ("ended by an error", "a thread ended by an error", "an error that nobody could take"):
        assert f'"event":"{words}"' in done.stderr
    assert done.stderr.count("error asyncio: ") == 2
