"""Whether the database's own log holds what a person's row holds.

PostgreSQL writes a refused row into its log (``Failing row contains ...``), and values of statements where it logs
those. What was tried on 18: ``log_min_error_statement = panic`` takes away the statement and leaves the row;
``log_error_verbosity = terse`` takes the row from the plain log, leaves it in the CSV and JSON logs, and leaves values
in messages. So errors must not be logged at all (``log_min_messages`` above them), and parameters neither. The
settings are read by a connection of the rooms' own kind: those of its role and database count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from services.finding import Finding

if TYPE_CHECKING:
    from services.doctor.ground import Ground

_ASKED = (
    "log_min_messages",
    "log_parameter_max_length",
    "log_statement",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_transaction_sample_rate",
    "auto_explain.log_min_duration",
    "auto_explain.log_parameter_max_length",
    "pgaudit.log",
    "pgaudit.log_parameter",
)
_ABOVE_ERRORS = ("log", "fatal", "panic")
_NOTHING = (None, "", "none", "-1", "0")


async def server_log(ground: Ground) -> Finding:
    """Whether refused rows and values of statements stay out of the log."""
    rows = await ground.pool.fetch(
        "select name, current_setting(name, true) value from unnest($1::text[]) name", _ASKED
    )
    found = leaks({row["name"]: row["value"] for row in rows})
    if not found:
        return Finding("database log", True, "refused rows and values stay out of it")
    place = await ground.pool.fetchrow("select current_user::text who, current_database()::text what")
    who, what = (str(value).replace('"', '""') for value in place or ("", ""))
    statements = [f'alter role "{who}" in database "{what}" set {name} = {value};' for name, value in found.values()]
    return Finding(
        "database log", False, f"holds personal data: {', '.join(found)}",
        f"as a superuser: {' '.join(statements)} then start the rooms again",
    )  # fmt: skip


def leaks(settings: Mapping[str, str | None]) -> dict[str, tuple[str, str]]:
    """What stands in the log, each with the setting, and its value, that keeps it out."""
    found = {}
    if settings.get("log_min_messages") not in _ABOVE_ERRORS:
        found["rows that it refuses"] = ("log_min_messages", "'log'")
    if settings.get("log_parameter_max_length") != "0" and _logs_statements(settings):
        found["values of statements"] = ("log_parameter_max_length", "0")
    explains = settings.get("auto_explain.log_min_duration") not in (None, "-1")
    if explains and settings.get("auto_explain.log_parameter_max_length") != "0":
        found["values of explained statements"] = ("auto_explain.log_parameter_max_length", "0")
    if settings.get("pgaudit.log") not in _NOTHING and settings.get("pgaudit.log_parameter") == "on":
        found["values of audited statements"] = ("pgaudit.log_parameter", "off")
    return found


def _logs_statements(settings: Mapping[str, str | None]) -> bool:
    return (
        settings.get("log_statement") in ("mod", "all")
        or settings.get("log_min_duration_statement") not in (None, "-1")
        or settings.get("log_min_duration_sample") not in (None, "-1")
        or settings.get("log_transaction_sample_rate") not in (None, "0")
    )
