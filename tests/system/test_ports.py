"""The port of the door: the wanted one where it is free, another where it is taken."""

from __future__ import annotations

import socket

from services.up.ports import free_port


def test_the_wanted_port_is_taken_when_it_is_free_and_another_while_somebody_listens_there():
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        wanted = somebody.getsockname()[1]
        somebody.listen()
        assert free_port("127.0.0.1", wanted) not in (0, wanted)
    assert free_port("127.0.0.1", wanted) == wanted
