"""All settings of a deployment, one typed tree, from the environment (``FITPATH_...``)."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsNotUsable(Exception):  # noqa: N818 - named after what is wrong
    """The settings cannot be used; the text says which and why, without their values."""


class Settings(BaseSettings):
    """What a room needs to know. A secret is a secret type; its file is read where it is used."""

    model_config = SettingsConfigDict(env_prefix="FITPATH_", extra="ignore", env_ignore_empty=True)

    home: Path | None = Field(None, description="folder of the embedded data, keys and logs")
    database_url: SecretStr | None = Field(None, description="PostgreSQL DSN; none: the embedded server")
    broker_url: str | None = Field(None, description="Kafka bootstrap servers, host:port[,host:port]; none: embedded")
    broker_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how one speaks to the broker; beyond this machine it must be SASL_SSL"
    )
    broker_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field("SCRAM-SHA-512")
    broker_username: str | None = Field(None, description="who Fitpath is to the broker")
    broker_password_file: Path | None = Field(None, description="file with the password of that user")
    broker_ca_file: Path | None = Field(None, description="who vouches for the broker (PEM); none: the system's list")
    trust_broker_acl: bool = Field(
        False, description="the broker's own rules and network keep others out: any protocol will do"
    )
    generation: str | None = Field(None, description="log generation; none: the cluster id of the broker")
    embedded_broker: bool = Field(False, description="the broker has no transactions and forgets at a stop")
    subject_key_file: Path | None = Field(None, description="file with the key of subject references (hex)")
    tokens_file: Path | None = Field(None, description="file with the hashed tokens of each source (JSON)")
    sources_file: Path | None = Field(None, description="registry of sources (TOML); none: every source is as free")
    destinations_file: Path | None = Field(None, description="where outputs are carried to (TOML); none: nowhere")
    page_keys_file: Path | None = Field(None, description="file with the named keys of answer links; none: no pages")
    pages_url: str | None = Field(
        None, pattern="^https?://[^/?# ]+/?$", description="address at which people reach the pages; none: the door's"
    )
    page_codes_folder: Path | None = Field(None, description="folder where one-time codes are put, for trying")
    page_texts_file: Path | None = Field(None, description="words of the pages (TOML); none: those that ship")
    policy_file: Path | None = Field(None, description="policy to apply where there is none; none: the default policy")
    host: str = Field("127.0.0.1", description="address of the door")
    port: int = Field(8080, ge=0, le=65535, description="port of the door; up takes a free one when it is taken")
    partitions: int = Field(4, ge=1, le=1024, description="partitions of fitpath.events, fixed once in the ledger")
    replication: int = Field(1, ge=1, le=9, description="copies of each topic partition")
    largest_body: int = Field(1_048_576, ge=1024, description="bytes of one message at a door")
    most_at_once: int = Field(256, ge=1, description="requests that the door works on at a time, in fair shares")
    body_seconds: float = Field(30.0, gt=0, description="how long a body may take to come in before it is 408")
    metrics_port: int = Field(
        0, ge=0, le=65000, description="loopback port of this room process for Prometheus; 0: none"
    )
    stall_seconds: float = Field(120.0, gt=60, description="a room that hangs for so long ends itself: start it again")
    ready_file: Path | None = Field(None, description="file that a room makes when it is ready")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    lookup_folder: Path | None = Field(
        None, description="folder with a Patient for each NHS number, in a national register's place; for trying"
    )
    group: str = Field("fitpath-streams", description="consumer group of the stream room")
    timer_patience_seconds: float = Field(300.0, gt=0, description="how long a stalled partition delays a wait")
    session_seconds: float = Field(6.0, gt=1, le=300, description="after which a silent worker is given up")

    def needs(self, *names: str) -> None:
        """Raise SettingsNotUsable unless each of these is set."""
        missing = [f"FITPATH_{name.upper()}" for name in names if getattr(self, name) is None]
        if missing:
            raise SettingsNotUsable(f"not set: {', '.join(missing)} (`fitpath up` sets them all)")

    @property
    def beyond_loopback(self) -> bool:
        """Whether the door listens where others than this machine can reach it."""
        return not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host, as it stands in an address, is this machine and no other."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(server: str) -> str:
    """The host of ``host:port``, ``[address]:port`` or a host alone."""
    server = server.strip()
    return server[1:].partition("]")[0] if server.startswith("[") else server.partition(":")[0]


def read_settings() -> Settings:
    """Read the settings. Raises SettingsNotUsable with every problem, by name only."""
    try:
        return Settings()  # type: ignore[call-arg]  # pydantic's plugin is not used
    except ValidationError as why:
        said = "; ".join(f"FITPATH_{str(error['loc'][0]).upper()}: {error['msg']}" for error in why.errors())
        raise SettingsNotUsable(said) from None
