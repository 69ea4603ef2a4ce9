"""The demo from end to end: real broker, real database, real rooms, as `make demo` runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNTS = (
    "published", "accepted", "duplicate", "rejected", "prompts", "referrals", "patient_information", "care_packages",
    "feedback", "holds", "dead_letters", "journeys",
)  # fmt: skip
SHARED = Path(os.environ.get("FITPATH_SHARED") or Path(__file__).parents[3] / "shared")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], str, str]:
    """What one run of the demo told: the last line of JSON, the words, and the page."""
    out = tmp_path_factory.mktemp("demo with a space")
    run = subprocess.run(
        [sys.executable, "-m", "services.cli", "demo", "--json", "--out", str(out)],
        capture_output=True, text=True, check=False, env={**os.environ, "FITPATH_SHARED": str(SHARED)},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1]), run.stderr, (out / "demo.html").read_text()


def test_the_line_has_every_count_and_they_add_up(told):
    line, _, _ = told
    assert line.keys() == {*COUNTS, "verified"}
    assert all(type(line[name]) is int for name in COUNTS)
    assert line["published"] == line["accepted"] + line["duplicate"] + line["rejected"]
    assert line["verified"] is True


def test_it_tells_what_the_stories_must_come_to(told):
    line, _, _ = told
    samples = 2 if SHARED.is_dir() else 0  # each is sent twice: once naming the person, once not
    assert line["journeys"] == 7 + samples
    assert line["prompts"] == 5  # all but the ankle sprain and the late news
    assert line["referrals"] == 2
    assert line["feedback"] == 5  # one is the copy of what the pain service was told
    assert line["duplicate"] == 1
    assert line["rejected"] == 2 + samples  # the broken message, the broken record, samples that name nobody
    assert line["dead_letters"] == 1
    assert line["care_packages"] == line["accepted"] - 1  # what came out of sequence brings no new version


def test_each_person_has_reasons_in_words(told):
    _, words, _ = told
    for sentence in (
        "this is not the first fit note of the spell",
        "a pain service has treated the person, and the person is out of work",
        "Not prompted: nothing shows chronic pain so far",
        "Not prompted: the person does not want this; they may say otherwise any day",
        "Referred for Individual Placement and Support, on the person's recorded agreement",
        "The named worker has changed",
    ):
        assert sentence in words


def test_the_page_draws_every_journey_and_names_nobody(told):
    line, words, page = told
    assert page.count("<svg") == line["journeys"]
    assert "<script" not in page
    for name in ("Aster", "Testback", "9990000018", "07700900001"):
        assert name not in page
        assert name not in words
