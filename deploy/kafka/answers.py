"""Does a node answer, and whom does it know? One request in Kafka's own protocol, so that no client is needed."""

from __future__ import annotations

import asyncio
import struct

_METADATA = 3
_VERSION = 1
_PATIENCE_SECONDS = 5.0


async def known_nodes(address: str) -> int:
    """How many nodes the node at ``address`` (host:port) knows to be at work, itself among them; 0: no answer."""
    host, _, port = address.rpartition(":")
    request = struct.pack(">hhih0si", _METADATA, _VERSION, 1, 0, b"", 0)  # an empty client id, no topics
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(struct.pack(">i", len(request)) + request)
                # size, correlation id, then the list of brokers with its length first
                _, _, brokers = struct.unpack(">iii", await reader.readexactly(12))
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return 0
    return int(brokers)
