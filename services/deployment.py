"""What every room of a deployment needs: where database and broker are, which log generation, the subject key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.identifiers import NotAnIdentifier, SubjectKey
from services.broker import cluster_id
from services.broker_security import Broker
from services.settings import Settings, SettingsNotUsable
from services.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment as a room sees it."""

    settings: Settings
    dsn: str
    broker: Broker
    sources: Sources
    generation: str
    subject_key: SubjectKey

    @classmethod
    async def of(cls, settings: Settings) -> Deployment:
        """Read a deployment from settings. Raises SettingsNotUsable; KafkaError when the broker cannot be asked."""
        settings.needs("database_url", "broker_url", "subject_key_file")
        broker, sources = Broker.of(settings), Sources.of(settings)
        return cls(
            settings=settings,
            dsn=dsn_of(settings),
            broker=broker,
            sources=sources,
            generation=settings.generation or await cluster_id(broker),
            subject_key=read_subject_key(settings.subject_key_file),
        )

    def say_ready(self) -> None:
        """Tell whoever started this room that it works."""
        if self.settings.ready_file is not None:
            self.settings.ready_file.touch()


def dsn_of(settings: Settings) -> str:
    """The database's DSN. Raises SettingsNotUsable when there is none."""
    settings.needs("database_url")
    return settings.database_url.get_secret_value() if settings.database_url else ""


def read_subject_key(path: Path | None) -> SubjectKey:
    """Read the key of subject references from its file (hex). Raises SettingsNotUsable."""
    if path is None:
        raise SettingsNotUsable("FITPATH_SUBJECT_KEY_FILE is not set")
    try:
        return SubjectKey(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except OSError as why:
        raise SettingsNotUsable(f"the subject key file cannot be read: {why.strerror}") from None
    except (ValueError, NotAnIdentifier):
        raise SettingsNotUsable("the subject key file must hold at least 64 hex digits") from None
