"""A population made in this process, its lines read, and what the pure core makes of them."""

from __future__ import annotations

import json
from typing import Any

from services.domain.policy import Policy
from services.simulate import Simulation
from services.synth.make import Plan, population
from services.synth.rates import read_rates
from services.synth.stream import Count


def made(policy: Policy, people: int, days: int, seed: int = 7, processes: int = 1) -> tuple[list[bytes], Count]:
    """Every line, and what was counted."""
    count = Count()
    lines = list(population(Plan(people, days, seed, policy, read_rates()), count, processes))
    return lines, count


def read(lines: list[bytes]) -> list[dict[str, Any]]:
    """The events of lines."""
    return [json.loads(line) for line in lines]


def simulated(policy: Policy, people: int, days: int, lines: list[bytes]) -> tuple[Simulation, list[dict[str, Any]]]:
    """A simulation to the end of those days, and what came out."""
    simulation = Simulation(policy)
    until = Plan(people, days, 0, policy, read_rates()).world.end
    return simulation, [json.loads(line) for line in simulation.run(lines, until)]
