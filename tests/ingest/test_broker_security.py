"""How one speaks to the broker: beyond this machine by TLS and SASL, or on the word of whoever runs it."""

import asyncio
import inspect
import ssl
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from pydantic import SecretStr
from typer.testing import CliRunner

from services.broker_security import Broker, beyond_loopback, client_settings
from services.cli import app
from services.cli.speak import Trouble
from services.deployment import Deployment
from services.settings import Settings, SettingsNotUsable, read_settings
from services.streams.shell import make_app
from services.up.run import _env

THERE, HERE = "kafka-1.example:9092,kafka-2.example:9092", "127.0.0.1:9092"
PASSWORD = "a password of the tests"  # noqa: S105 - it opens nothing

#: An authority of the tests; its key was thrown away.
AUTHORITY = """
-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIUDRAv+oCDOvuT4Pt7gkFZFfxBX1MwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFdGVzdHMwIBcNMjYxMTI1MDQ1NDM1WhgPMjEyNjExMDEwNDU0
MzVaMBAxDjAMBgNVBAMMBXRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
rYlpvRxx8YlyxkV2iK3hDkdUh6KSVHTFzDb3c2Xwl/z+8mV4Q/JtyPftB0uMGxrw
fjx+bNig4P9ewiG753yadqNTMFEwHQYDVR0OBBYEFGznf+6ytDT2RVhmUvUNVWhe
KSAOMB8GA1UdIwQYMBaAFGznf+6ytDT2RVhmUvUNVWheKSAOMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgd4Ip2XGkZN8Cds8yXVAqO8QXiicKmzDW
t2G1GQ3lW0QCIFEQMqo+fc3Rp5pt9gnhk7y9k7grmAsFncQmbP8pe/FU
-----END CERTIFICATE-----
"""


@pytest.fixture
def password(tmp_path: Path) -> Path:
    """A password file."""
    file = tmp_path / "broker.password"
    file.write_text(f"{PASSWORD}\n")
    return file


@pytest.fixture
def known(password: Path) -> dict[str, object]:
    """Settings that say who Fitpath is."""
    return {"broker_username": "fitpath", "broker_password_file": password}


@pytest.mark.parametrize(
    ("servers", "there"),
    [
        ("127.0.0.1:9092", []),
        ("localhost:9092", []),
        ("[::1]:9092", []),
        ("localhost", []),
        ("127.0.0.1:9092,127.8.8.8:9093", []),
        ("kafka:9092", ["kafka:9092"]),
        ("localhost:9092,192.0.2.1:9092", ["192.0.2.1:9092"]),
        ("[2001:db8::1]:9092", ["[2001:db8::1]:9092"]),
        ("localhost.example:9092", ["localhost.example:9092"]),
    ],
)
def test_which_servers_are_beyond_this_machine(servers, there):
    assert beyond_loopback(servers) == there


def test_on_this_machine_a_broker_needs_nothing_and_is_trusted():
    broker = Broker.of(Settings(broker_url=HERE))
    assert (broker.trusted, broker.client()) == (True, client_settings(HERE))
    assert broker.client()["security_protocol"] == "PLAINTEXT"


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT"])
def test_beyond_it_anything_less_than_tls_and_sasl_is_refused_with_words(known, protocol):
    with pytest.raises(SettingsNotUsable) as why:
        Broker.of(Settings(broker_url=THERE, broker_security_protocol=protocol, **known))
    for word in (THERE.replace(",", ", "), "SASL_SSL", "FITPATH_BROKER_PASSWORD_FILE", "FITPATH_TRUST_BROKER_ACL=true"):
        assert word in str(why.value)
    assert Broker.of(Settings(broker_url=THERE, broker_security_protocol="SASL_SSL", **known)).tls is not None
    trusting = Broker.of(Settings(broker_url=THERE, broker_security_protocol=protocol, trust_broker_acl=True, **known))
    assert (trusting.trusted, trusting.protocol) == (True, protocol)


def test_with_tls_and_sasl_it_says_who_it_is_asks_who_answers_and_opens_no_shared_topic(known):
    broker = Broker.of(Settings(broker_url=THERE, broker_security_protocol="SASL_SSL", **known))
    assert not broker.trusted
    assert broker.client() == {
        "bootstrap_servers": THERE, "security_protocol": "SASL_SSL", "ssl_context": broker.tls,
        "sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": "fitpath", "sasl_plain_password": PASSWORD,
    }  # fmt: skip
    assert broker.tls is not None
    assert (broker.tls.check_hostname, broker.tls.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert PASSWORD not in repr(broker)


@pytest.mark.parametrize("client", [AIOKafkaProducer, AIOKafkaConsumer, AIOKafkaAdminClient])
def test_every_client_of_the_library_takes_these_settings(client):
    assert set(client_settings(HERE)) <= set(inspect.signature(client).parameters)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
async def test_faust_speaks_as_all_other_clients_do(known, tmp_path, protocol, mechanism):
    broker = Broker.of(
        Settings(broker_url=HERE, broker_security_protocol=protocol, broker_sasl_mechanism=mechanism, **known)
    )

    class Room:
        topics = ()

    made = make_app(
        group="g", broker=broker, room=Room(), session_seconds=6, datadir=str(tmp_path), partitions=1, replication=1
    )  # fmt: skip
    told = credentials_to_aiokafka_auth(made.conf.broker_credentials, made.conf.ssl_context)
    assert told == {name: value for name, value in broker.client().items() if name in told}
    assert told["security_protocol"] == protocol
    assert [str(url) for url in made.conf.broker] == [f"kafka://{HERE}"]


def test_who_fitpath_is_must_be_said_and_readable(known, tmp_path):
    empty, missing, binary = (tmp_path / name for name in ("empty", "missing", "binary"))
    empty.write_text("\n")
    binary.write_bytes(b"\xff")
    for changes, words in (
        ({"broker_username": None}, "SASL_SSL needs FITPATH_BROKER_USERNAME and FITPATH_BROKER_PASSWORD_FILE"),
        ({"broker_password_file": None}, "SASL_SSL needs FITPATH_BROKER_USERNAME and FITPATH_BROKER_PASSWORD_FILE"),
        ({"broker_password_file": missing}, "password file cannot be read: No such file"),
        ({"broker_password_file": empty}, "password file is empty"),
        ({"broker_password_file": binary}, "password file must be UTF-8"),
        ({"broker_ca_file": missing}, "FITPATH_BROKER_CA_FILE cannot be used"),
        ({"broker_ca_file": empty}, "FITPATH_BROKER_CA_FILE cannot be used"),
    ):
        with pytest.raises(SettingsNotUsable, match=words):
            Broker.of(Settings(broker_url=HERE, broker_security_protocol="SASL_SSL", **{**known, **changes}))


def test_neither_a_room_nor_a_command_speaks_to_a_broker_that_is_open_to_others(monkeypatch, tmp_path):
    dsn, key = "postgresql://127.0.0.1/none", tmp_path / "none"
    with pytest.raises(SettingsNotUsable, match="is beyond this machine"):
        asyncio.run(Deployment.of(Settings(broker_url=THERE, database_url=SecretStr(dsn), subject_key_file=key)))
    for name, value in (("BROKER_URL", THERE), ("DATABASE_URL", dsn), ("SUBJECT_KEY_FILE", str(key))):
        monkeypatch.setenv(f"FITPATH_{name}", value)
    for command in (["prepare"], ["topics", "plan"], ["replay", "verify"], ["dead-letters", "replay", "1"]):
        ran = CliRunner().invoke(app, command)
        assert isinstance(ran.exception, Trouble), command
        assert "is beyond this machine" in str(ran.exception), command


def test_the_rooms_of_up_are_given_what_up_was_given(monkeypatch, known, tmp_path):
    given = Settings(
        broker_url=THERE, broker_security_protocol="SASL_SSL", trust_broker_acl=True, broker_ca_file=tmp_path / "ca",
        sources_file=tmp_path / "sources.toml", body_seconds=7, **known,
    )  # fmt: skip
    for name, value in _env(given, "generation").items():
        monkeypatch.setenv(name, value)
    assert read_settings() == given.model_copy(update={"generation": "generation"})


def test_a_protocol_that_is_none_is_refused_by_its_name(monkeypatch):
    monkeypatch.setenv("FITPATH_BROKER_SECURITY_PROTOCOL", "sasl")
    with pytest.raises(SettingsNotUsable, match="FITPATH_BROKER_SECURITY_PROTOCOL"):
        read_settings()
    monkeypatch.setenv("FITPATH_BROKER_SECURITY_PROTOCOL", "SASL_SSL")
    assert read_settings().broker_security_protocol == "SASL_SSL"


def test_a_certificate_authority_of_ones_own_is_the_only_one_that_is_believed(known, tmp_path):
    authority = tmp_path / "ca.pem"
    authority.write_text(AUTHORITY)
    broker = Broker.of(
        Settings(broker_url=THERE, broker_security_protocol="SASL_SSL", broker_ca_file=authority, **known)
    )
    assert broker.tls is not None
    assert [each["subject"] for each in broker.tls.get_ca_certs()] == [((("commonName", "tests"),),)]
