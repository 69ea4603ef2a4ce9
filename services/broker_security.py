"""How one speaks to the broker: TLS and SASL of every client, made in this one place (EXACTNESS 15)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from services.settings import Settings, SettingsNotUsable, host_of, is_loopback

_SETTINGS = "FITPATH_BROKER_USERNAME and FITPATH_BROKER_PASSWORD_FILE"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, how its clients speak, and whether others are kept out of it.

    ``trusted``: it is on this machine, or the deployment vouches for the broker's own rules.
    """

    servers: str
    trusted: bool = True
    protocol: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Broker:
        """The broker of a deployment. Raises SettingsNotUsable: also when it is beyond loopback and open to others."""
        settings.needs("broker_url")
        servers = str(settings.broker_url)
        if not all(server.rpartition(":")[2].isdecimal() for server in servers.split(",")):
            raise SettingsNotUsable("FITPATH_BROKER_URL must be host:port[,host:port]")
        protocol = settings.broker_security_protocol
        there = beyond_loopback(servers)
        if there and protocol != "SASL_SSL" and not settings.trust_broker_acl:
            raise SettingsNotUsable(
                f"the broker {', '.join(there)} is beyond this machine: set"
                f" FITPATH_BROKER_SECURITY_PROTOCOL=SASL_SSL with {_SETTINGS}; or, where its own rules and network"
                " keep others out, FITPATH_TRUST_BROKER_ACL=true"
            )
        with_sasl, with_tls = protocol.startswith("SASL_"), protocol.endswith("SSL")
        return cls(
            servers=servers,
            trusted=not there or settings.trust_broker_acl,
            protocol=protocol,
            mechanism=settings.broker_sasl_mechanism,
            username=_username(settings) if with_sasl else None,
            password=_password(settings) if with_sasl else None,
            tls=_tls(settings) if with_tls else None,
        )

    def client(self) -> dict[str, Any]:
        """What every client of aiokafka is made with."""
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": self.protocol,
            "ssl_context": self.tls,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }


#: A bare address (host:port[,host:port]) is a broker without TLS and SASL: the embedded one.
Address: TypeAlias = Broker | str


def broker_at(address: Address) -> Broker:
    """A broker by its address."""
    return Broker(address) if isinstance(address, str) else address


def client_settings(address: Address) -> dict[str, Any]:
    """Where and how a client of aiokafka connects."""
    return broker_at(address).client()


def beyond_loopback(servers: str) -> list[str]:
    """The servers that are not on this machine."""
    return [server for server in servers.split(",") if not is_loopback(host_of(server))]


def _username(settings: Settings) -> str:
    if settings.broker_username is None or settings.broker_password_file is None:
        protocol = settings.broker_security_protocol
        raise SettingsNotUsable(f"FITPATH_BROKER_SECURITY_PROTOCOL={protocol} needs {_SETTINGS}")
    return settings.broker_username


def _password(settings: Settings) -> str:
    try:
        password = settings.broker_password_file.read_text(encoding="utf-8").strip()  # type: ignore[union-attr]
    except OSError as why:
        raise SettingsNotUsable(f"the broker's password file cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsNotUsable("the broker's password file must be UTF-8") from None
    if not password:
        raise SettingsNotUsable("the broker's password file is empty")
    return password


def _tls(settings: Settings) -> ssl.SSLContext:
    """A context that asks for the broker's certificate and compares its name."""
    try:
        return ssl.create_default_context(cafile=settings.broker_ca_file)
    except (OSError, ssl.SSLError) as why:
        raise SettingsNotUsable(f"FITPATH_BROKER_CA_FILE cannot be used ({type(why).__name__})") from None
