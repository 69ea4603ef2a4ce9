"""The same seed makes the same bytes, whoever makes them and however many people come after."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from synth_parts import made, read

from services.domain.policy import Policy
from services.synth.make import Plan
from services.synth.people import people
from services.synth.rates import read_rates

ROOT = Path(__file__).parents[2]


def test_one_process_and_two_make_the_same_bytes(policy: Policy):
    one, counted_once = made(policy, people=1_200, days=180)
    two, counted_twice = made(policy, people=1_200, days=180, processes=2)

    assert one == two
    assert counted_once == counted_twice
    assert len(one) == counted_once.types.total() > 100


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_order_of_sets_and_the_day_it_runs_change_nothing(policy: Policy, hash_seed: str):
    lines, _ = made(policy, people=400, days=60)
    expected = hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()

    command = ["-m", "services.cli", "synth", "--people", "400", "--days", "60", "--seed", "7", "--out", "-"]
    run = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True,
        check=True,
    )  # fmt: skip

    assert hashlib.sha256(run.stdout).hexdigest() == expected


def test_more_people_begin_with_the_same_people(policy: Policy):
    few, _ = made(policy, people=300, days=200)
    many, _ = made(policy, people=900, days=200)
    plan = Plan(300, 200, 7, policy, read_rates())
    known = [person.patient.nhs_number.encode() for person in people(7, 0, 300, plan.start, plan.rates)]

    wrong = set(few)  # those name another number
    assert few == [line for line in many if line in wrong or any(number in line for number in known)]
    assert len(many) > len(few) > 30


def test_another_seed_makes_another_population_under_other_ids(policy: Policy):
    one, _ = made(policy, people=300, days=60, seed=1)
    other, _ = made(policy, people=300, days=60, seed=2)

    assert not {event["id"] for event in read(one)} & {event["id"] for event in read(other)}


def test_lines_come_in_the_order_in_which_doors_have_them(policy: Policy):
    lines, _ = made(policy, people=1_200, days=180)
    recorded = [event["recordedtime"] for event in read(lines)]

    assert recorded == sorted(recorded)
    assert recorded[0] >= "2026-01-05"
    assert recorded[-1] < "2026-07-04"
