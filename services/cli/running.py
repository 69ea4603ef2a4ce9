"""A running `up` writes where it is into its home (0600), so that other commands need no settings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from pydantic import SecretStr

from services.embedded.home import find_home

if TYPE_CHECKING:
    from pathlib import Path

    from services.settings import Settings
    from services.up.run import Up


class Place(msgspec.Struct):
    """Where a running `up` is."""

    door: str
    broker: str
    database: str
    generation: str
    embedded: bool


def write_place(up: Up) -> None:
    """Note where this `up` is."""
    embedded = up.env.get("FITPATH_EMBEDDED_BROKER") == "True"
    place = Place(up.door, up.broker, up.database, up.generation, embedded)
    path = up.home / "running.json"
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(place))


def forget_place(home: Path) -> None:
    """This `up` is no more."""
    (home / "running.json").unlink(missing_ok=True)


def read_place(settings: Settings) -> Place | None:
    """Where the running `up` of this home is, if one runs."""
    path = find_home(settings.home).path / "running.json"
    return msgspec.json.decode(path.read_bytes(), type=Place) if path.exists() else None


def lent(settings: Settings) -> Settings:
    """Settings with what is not set taken from the running `up`."""
    if settings.database_url is not None and settings.broker_url is not None:
        return settings
    place = read_place(settings)
    if place is None:
        return settings
    home = find_home(settings.home).path
    page_keys = home / "keys" / "page.keys"
    found = {
        "port": settings.port if "port" in settings.model_fields_set else urlsplit(place.door).port,
        "database_url": settings.database_url or SecretStr(place.database),
        "broker_url": settings.broker_url or place.broker,
        "generation": settings.generation or place.generation,
        "embedded_broker": place.embedded,
        "subject_key_file": settings.subject_key_file or home / "keys" / "subject.key",
        "page_keys_file": settings.page_keys_file or (page_keys if page_keys.exists() else None),
    }
    return settings.model_copy(update=found)
