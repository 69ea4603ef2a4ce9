"""A database that writes personal data into its own log is told, and the advice keeps them out: the log is read."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from patient import Patient

from services.doctor.server_log import leaks
from services.ledger.database import connect_pool

if TYPE_CHECKING:
    from services.ledger.database import Pool

SILENT = {"log_min_messages": "log", "log_parameter_max_length": "-1", "log_statement": "none"}
ROW = "insert into policy (hash, name, version, body) values ($1, 'x', 'y', null)"
VALUE = "select $1::text"


async def written(dsn: str) -> bool:
    """Whether a mark stands in the server's log after a refused row and a statement that hold it."""
    mark = uuid.uuid4().hex
    async with await connect_pool(dsn, most=1) as pool:
        with pytest.raises(asyncpg.NotNullViolationError):
            await pool.execute(ROW, mark)
        await pool.fetchval(VALUE, mark)
        data = await pool.fetchval("show data_directory")
    return mark in _log(Path(data))


def _log(data: Path) -> str:
    return (data / "log").read_text(errors="replace")


async def change(pool: Pool, **settings: str) -> None:
    """A server as an administrator has set it up, for this database."""
    name = await pool.fetchval("select current_database()")
    for setting, value in settings.items():
        await pool.execute(f"alter database {name} set {setting.replace('__', '.')} = '{value}'")


async def follow(pool: Pool, advice: str) -> None:
    """Run the SQL of an advice."""
    statements = re.findall(r"alter role [^;]+;", advice)
    assert statements
    for statement in statements:
        await pool.execute(statement)


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"log_min_messages": "warning"}, "rows that it refuses"),
        ({"log_min_messages": "warning", "log_min_error_statement": "panic"}, "rows that it refuses"),
        ({"log_min_messages": "error", "log_error_verbosity": "verbose"}, "rows that it refuses"),
        ({"log_statement": "all"}, "values of statements"),
        ({"log_min_duration_statement": "0"}, "values of statements"),
        ({"log_min_duration_sample": "0"}, "values of statements"),
        ({"log_transaction_sample_rate": "1"}, "values of statements"),
        ({"log_min_messages": "warning", "log_statement": "all"}, "rows that it refuses, values of statements"),
    ],
)
async def test_what_stands_in_the_log_is_told_and_the_advice_keeps_it_out(
    patient: Patient, pool: Pool, database: str, settings: dict[str, str], what: str
):
    await patient.is_well("database log")
    assert not await written(database)
    await change(pool, **settings)
    assert await written(database)
    found = await patient.is_ill("database log", f"holds personal data: {what}")

    await follow(pool, found.advice)
    await patient.is_well("database log")
    assert not await written(database)


async def test_terse_errors_are_not_enough(patient: Patient, pool: Pool):
    await change(pool, log_min_messages="warning", log_error_verbosity="terse")  # CSV and JSON logs keep the row
    await patient.is_ill("database log", "rows that it refuses")


async def test_extensions_that_write_values_are_told(patient: Patient, pool: Pool):
    await change(pool, auto_explain__log_min_duration="100", pgaudit__log="write", pgaudit__log_parameter="on")
    found = await patient.is_ill("database log", "values of explained statements, values of audited statements")
    await follow(pool, found.advice)
    await patient.is_well("database log")


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, []),
        ({"log_min_messages": "panic"}, []),
        ({"log_min_messages": "notice"}, ["log_min_messages"]),
        ({"log_statement": "ddl"}, []),
        ({"log_statement": "mod"}, ["log_parameter_max_length"]),
        ({"log_statement": "mod", "log_parameter_max_length": "0"}, []),
        ({"log_statement": "mod", "log_parameter_max_length": "20"}, ["log_parameter_max_length"]),
        ({"log_statement": "mod", "log_parameter_max_length": None}, ["log_parameter_max_length"]),
        ({"auto_explain.log_min_duration": "-1"}, []),
        ({"auto_explain.log_min_duration": "5", "auto_explain.log_parameter_max_length": "0"}, []),
        ({"pgaudit.log": "none", "pgaudit.log_parameter": "on"}, []),
        ({"pgaudit.log": "all", "pgaudit.log_parameter": "off"}, []),
    ],
)
def test_each_setting_counts_by_itself(settings: dict[str, str | None], found: list[str]):
    assert [setting for setting, _ in leaks({**SILENT, **settings}).values()] == found
