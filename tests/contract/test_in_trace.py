"""W3C Trace Context: what is handed on, what is dropped, and what an event gets that came without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import ArrivalId
from schemas.trace import made_traceparent, read_traceparent

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("flags", ["00", "01", "03"])
def test_a_valid_traceparent_is_handed_on_as_it_came(flags):
    assert read_traceparent(f"00-{TRACE}-{PARENT}-{flags}") == f"00-{TRACE}-{PARENT}-{flags}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}-01\n",
        f" 00-{TRACE}-{PARENT}-01",
    ],
)
def test_what_the_standard_calls_invalid_is_dropped(text):
    assert read_traceparent(text) is None


@pytest.mark.parametrize("more", ["", "-what the future brings"])
def test_a_higher_version_is_handed_on_as_the_version_that_we_know(more):
    assert read_traceparent(f"cc-{TRACE}-{PARENT}-ff{more}") == f"00-{TRACE}-{PARENT}-01"
    assert read_traceparent(f"01-{TRACE}-{PARENT}-02{more}") == f"00-{TRACE}-{PARENT}-00"


@given(st.text(max_size=300).map(ArrivalId))
def test_a_made_one_is_valid_not_sampled_and_the_same_for_the_same_arrival(arrival):
    made = made_traceparent(arrival)
    assert read_traceparent(made) == made
    assert made.endswith("-00")
    assert made == made_traceparent(arrival)
    assert made != made_traceparent(ArrivalId(f"{arrival}."))
