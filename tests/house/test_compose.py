"""docker-compose.yml: what a program can check of it without an engine."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from services.bootstrap import ROOMS
from services.broker_security import Broker
from services.settings import Settings, SettingsNotUsable

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def test_every_room_is_a_service_that_runs_it():
    for room in ROOMS:
        assert SERVICES[room]["command"] == [room]
        assert SERVICES[room]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_every_dependency_is_there_and_can_come_true():
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] in CONDITIONS
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[name]


def test_every_setting_that_it_gives_is_one_that_fitpath_knows():
    known = {f"FITPATH_{name.upper()}" for name in Settings.model_fields}
    for service in SERVICES.values():
        given = {name for name in service.get("environment", {}) if name.startswith("FITPATH_")}
        assert given <= known


def test_every_volume_is_declared_and_no_port_is_open_beyond_this_machine():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_broker_is_trusted_only_because_nobody_outside_can_reach_it():
    given = SERVICES["ingest"]["environment"]
    settings = Settings(broker_url=given["FITPATH_BROKER_URL"], trust_broker_acl=given["FITPATH_TRUST_BROKER_ACL"])
    assert Broker.of(settings).trusted
    assert "ports" not in SERVICES["kafka"]
    with pytest.raises(SettingsNotUsable):
        Broker.of(settings.model_copy(update={"trust_broker_acl": False}))


def test_nobody_gets_in_before_keys_and_tokens_are_made():
    assert SERVICES["prepare"]["depends_on"]["checked"] == {"condition": "service_completed_successfully"}
    words = SERVICES["checked"]["command"][0]
    assert "docker compose run --rm --no-deps keys" in words
    assert "docker compose run --rm --no-deps token SOURCE" in words
    assert SERVICES["ingest"]["environment"]["FITPATH_TOKENS_FILE"].startswith("/var/lib/fitpath/keys/")
