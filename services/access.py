"""Who may reach what: the findings of `doctor` about callers, sources, broker and database (EXACTNESS 15)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from services.broker_security import Broker, beyond_loopback
from services.finding import Finding
from services.ingest.callers import read_tokens
from services.settings import Settings, SettingsNotUsable, host_of, is_loopback
from services.sources import Sources

_TOKEN = "`fitpath token SOURCE --file FILE`, then set FITPATH_TOKENS_FILE"  # noqa: S105 - a command


async def door(settings: Settings) -> Finding:
    """Whether callers of the HTTP door are told apart."""
    if settings.tokens_file is None:
        if settings.beyond_loopback:
            return Finding("door", False, "would listen beyond this machine with nobody told apart", _TOKEN)
        return Finding("door", True, "loopback only")
    try:
        read_tokens(settings.tokens_file)
    except SettingsNotUsable as why:
        return Finding("door", False, str(why), _TOKEN)
    return Finding("door", True, "callers are told apart")


async def sources(settings: Settings) -> Finding:
    """Whether there is a registry of sources, and whether everybody in it can speak."""
    try:
        found = Sources.of(settings)
        tokens = read_tokens(settings.tokens_file) if settings.tokens_file else {}
    except SettingsNotUsable as why:
        return Finding("sources", False, str(why), "mend the file that it names")
    if not found.are_registered:
        advice = "write a registry and set FITPATH_SOURCES_FILE" if settings.beyond_loopback else ""
        return Finding("sources", True, "no registry: every source may send every event type", advice)
    words = f"{len(found.uris)} registered"
    strangers = sorted(set(tokens) - set(found.uris))
    silent = [uri for uri in found.uris if uri not in tokens and found.find_topic(uri) is None]
    if strangers:
        return Finding("sources", True, f"{words}; a token, but no entry: {', '.join(strangers)}", "register them")
    if silent and settings.tokens_file is not None:
        return Finding("sources", True, f"{words}; neither a token nor a topic: {', '.join(silent)}", _TOKEN)
    return Finding("sources", True, words)


async def broker_access(settings: Settings) -> Finding:
    """Whether others are kept out of the broker."""
    if settings.broker_url is None:
        return Finding("broker access", True, "no broker is set")
    try:
        broker = Broker.of(settings)
    except SettingsNotUsable as why:
        return Finding("broker access", False, str(why), "see README, Beyond this machine")
    there = beyond_loopback(broker.servers)
    if there and settings.trust_broker_acl:
        return Finding(
            "broker access", True,
            f"FITPATH_TRUST_BROKER_ACL: whoever may produce to fitpath.inbound on {', '.join(there)} may speak for"
            f" every source ({broker.protocol})",
            "leave it out, and set SASL_SSL, where others can reach that network",
        )  # fmt: skip
    return Finding("broker access", True, "TLS, and Fitpath says who it is" if there else "on this machine")


async def database_access(settings: Settings) -> Finding:
    """Whether the way to the database is safe from others."""
    dsn = urlsplit(settings.database_url.get_secret_value() if settings.database_url else "")
    options = parse_qs(dsn.query)
    named = dsn.netloc.rpartition("@")[2] or ",".join(options.get("host", []))
    there = [host for host in map(host_of, named.split(",")) if host and host[0] != "/" and not is_loopback(host)]
    if not there:
        return Finding("database access", True, "on this machine" if settings.database_url else "no database is set")
    mode = options.get("sslmode", ["prefer"])[-1]
    if mode.startswith("verify-"):
        return Finding("database access", True, f"TLS, {mode}")
    return Finding(
        "database access", True, f"who answers at {', '.join(there)} is not verified (sslmode={mode})",
        "add ?sslmode=verify-full&sslrootcert=FILE to FITPATH_DATABASE_URL where others can reach that network",
    )  # fmt: skip
