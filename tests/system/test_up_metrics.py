"""`up` with FITPATH_METRICS_PORT: each room shows its metrics on a port of its own, a taken one is passed over."""

from __future__ import annotations

import re
import socket

import httpx2
from up_process import a_home, up


def test_each_room_under_up_has_a_port_of_its_own_for_its_metrics():
    with a_home() as home, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = taken.getsockname()[1]
        with up(home, FITPATH_METRICS_PORT=str(first)) as process:
            told = process.told()
            assert set(told) == {"ready", "door", "broker", "database"}
            said = " ".join(process.words)
            shown = dict(re.findall(r"(\w+) (http://127\.0\.0\.1:\d+/metrics)", said))
            assert shown.keys() == {"streams", "relay", "timers", "delivery"}
            assert len(set(shown.values())) == 4
            assert not any(f":{first}/" in address for address in shown.values())
            for room, own in (
                ("streams", "fitpath_stream_partitions_assigned 12.0"),
                ("relay", 'fitpath_relay_lag{lane="3"} 0.0'),
                ("timers", "fitpath_waits_overdue 0.0"),
            ):
                assert own in httpx2.get(shown[room]).text
            assert "fitpath_arrivals" in httpx2.get(f"{told['door']}/metrics").text
            assert process.stop() == 0
