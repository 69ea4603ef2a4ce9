"""What the tests of running a Fitpath stand on."""

from __future__ import annotations

from pathlib import Path

import pytest
from patient import Patient
from pydantic import SecretStr
from watchdog_parts import Ends, FakeClock

from services.settings import Settings
from services.up.ports import free_port


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    ends = Ends()
    monkeypatch.setattr("services.watchdog.os._exit", ends)
    return ends


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A subject key of this deployment, for its owner only."""
    path = tmp_path / "subject.key"
    path.touch(mode=0o600)
    path.write_text("0f" * 32)
    return path


@pytest.fixture
def patient(broker: str, database: str, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """A deployment in which nothing is wrong, on a broker and a ledger of its own."""
    monkeypatch.setattr("services.doctor.stuck._LOOK_SECONDS", 0.3)
    monkeypatch.setattr("services.doctor.stuck._APART_SECONDS", 0.02)
    return Patient(
        Settings(
            broker_url=broker, database_url=SecretStr(database), generation="test", embedded_broker=True,
            subject_key_file=key_file, port=free_port("127.0.0.1", 0),
        )
    )  # fmt: skip
