"""What publishers and consumers copy runs as it stands: every block of their papers, every request of every page."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import lxml.html
import pytest
from given_events import BACK_PAIN, fit_note, line_of, pain_discharge, people
from paper_blocks import DOOR, Block, Place, blocks, run
from up_process import a_home, environment, fitpath, up

from schemas.events import EVENT_TYPES
from schemas.outputs import OUTPUT_TYPES

PUBLISHERS, CONSUMERS = blocks("PUBLISHERS.md"), blocks("CONSUMERS.md")
LABELS = {"Request with curl": "sh", "Request with Python": "python", "Record for Kafka": "python"}
_DONE_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    """A Fitpath, and how it is asked."""

    place: Place
    env: dict[str, str]

    def page(self, event_type: str) -> dict[str, str]:
        """The programs of a page, by their labels."""
        found = lxml.html.document_fromstring(httpx2.get(f"{self.place.door}/docs/events/{event_type}").text)
        return {each.get("aria-label"): each.text_content() for each in found.iter("pre")}

    def fate(self, source: str, event_id: str) -> str:
        """What became of one event, once the stream room has worked on it."""
        deadline = time.monotonic() + _DONE_SECONDS
        asked = ("events", "status", "--source", source, "--id", event_id, "--json")
        while (found := fitpath(*asked, env=self.env)).code or found.json["status"] == "accepted":
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return str(found.json["status"])


@pytest.fixture(scope="module")
def fitpath_runs() -> Iterator[Running]:
    with a_home() as home, up(home, FITPATH_PORT="0") as process:
        told = process.told()
        yield Running(Place(told["door"], told["broker"]), environment(home))
        assert process.stop() == 0


def of(block: Block) -> str:
    return block.heading


def test_a_paper_has_programs_only_and_says_what_each_prints():
    for block in [*PUBLISHERS, *CONSUMERS]:
        assert block.language in ("sh", "python")
        assert block.printed, block.heading


def test_a_line_that_a_paper_promises_and_that_is_not_printed_is_told():
    block = Block("x", "sh", "", ("HTTP/1.1 202 ...", "a ... b"))
    assert block.said_otherwise("HTTP/1.1 202 Accepted\r\n\r\na to b") == []
    assert block.said_otherwise("HTTP/1.1 200 OK\r\n\r\na to c") == ["HTTP/1.1 202 ...", "a ... b"]


@pytest.mark.parametrize("block", PUBLISHERS, ids=of)
def test_a_block_for_publishers_prints_what_the_paper_says(block, fitpath_runs):
    printed = run(block.language, block.program, fitpath_runs.place)
    assert block.said_otherwise(printed) == [], printed


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_the_requests_of_a_page_run_as_they_stand(event_type, fitpath_runs):
    page = fitpath_runs.page(event_type)
    assert DOOR not in "".join(page[label] for label in LABELS)  # the page names the door that it came from
    printed = {label: run(language, page[label], fitpath_runs.place) for label, language in LABELS.items()}
    assert printed["Request with curl"].startswith(("HTTP/1.1 202 Accepted", "HTTP/1.1 200 OK"))
    assert printed["Request with Python"].startswith("202 /events/")
    assert printed["Record for Kafka"] == "fitpath.inbound has it\n"


def test_the_page_of_an_output_reads_its_own_type_from_its_own_topics_by_the_same_program(fitpath_runs):
    programs = set()
    for row in OUTPUT_TYPES.values():
        program = fitpath_runs.page(row.name)["Reading from Kafka"]
        topics = ", ".join(f'"{topic}"' for topic in row.topics)
        assert f"consumer.subscribe([{topics}])" in program
        programs.add(program.replace(topics, "TOPICS").replace(row.name, "TYPE"))
    assert len(programs) == 1


def test_the_programs_for_consumers_keep_each_output_once_and_answer_a_prompt(fitpath_runs, tmp_path):
    keep, answer = CONSUMERS
    page = fitpath_runs.page("care-package-updated-1")["Reading from Kafka"]
    a_prompt_is_due(fitpath_runs, tmp_path)
    with ThreadPoolExecutor() as pool:
        asked = [
            pool.submit(run, "python", program, fitpath_runs.place, tmp_path)
            for program in (keep.program, answer.program, page)
        ]
        kept, answered, read = (each.result() for each in asked)
    assert keep.said_otherwise(kept) == [], kept
    assert answer.said_otherwise(answered) == [], answered
    for line in answered.splitlines():
        assert fitpath_runs.fate("https://gp-practice.example/answers", line.split()[-1]) == "processed"

    newest: dict[str, str] = {}
    for subject, sequence, _ in map(str.split, read.splitlines()):
        assert sequence > newest.get(subject, "")  # on one topic they come in their order
        newest[subject] = sequence
    with closing(sqlite3.connect(tmp_path / "care-packages.db")) as database:
        assert dict(database.execute("select subject, sequence from care_package")) == newest
        assert database.execute("select count(*) from seen").fetchone() == (len(read.splitlines()),)

    everything_again = keep.program.replace("my-care-packages", "my-care-packages-again")
    run("python", everything_again, fitpath_runs.place, tmp_path)
    with closing(sqlite3.connect(tmp_path / "care-packages.db")) as database:
        again = dict(database.execute("select subject, sequence from care_package"))
    assert newest.keys() <= again.keys()
    assert all(again[subject] >= sequence for subject, sequence in newest.items())


def a_prompt_is_due(running: Running, folder: Path) -> None:
    """Tell of somebody whom no example names, and wait until it has been worked on."""
    person, today = people(40)[-1], datetime.now(UTC).date()
    events = [
        fit_note(person, today - timedelta(days=6), 14, BACK_PAIN, work="in-work"),
        pain_discharge(person, today - timedelta(days=3), work="out-of-work"),
    ]
    file = folder / "of-these-days.ndjson"
    file.write_bytes(b"\n".join(map(line_of, events)))
    assert fitpath("publish", str(file), env=running.env).code == 0
    assert {running.fate(event["source"], event["id"]) for event in events} == {"processed"}
