"""Valid inbound examples with a few elements deleted, replaced, reworded, added, doubled or moved."""

from __future__ import annotations

import copy
import json

from hypothesis import strategies as st
from inbound_examples import examples

EXAMPLES = examples("valid")
BODIES = [example.event["data"] for example in EXAMPLES]
NAMES = sorted({name for body in BODIES for name in json.dumps(body).split('"')[1::2] if name.isidentifier()})
# fmt: off
STRINGS = [
    "2024", "2024-02", "2024-02-29", "2023-02-29", "2024-02-31", "2024-13-01", "0000-01-01", "0001-01-01",
    "2024-03-04\n", "2024-03-04T10:00:00", "2024-03-04T10:00Z", "2024-03-04T10:00:00Z", "2024-03-04T25:00:00Z",
    "2024-03-04T10:00:60Z", "2024-03-04T24:00:00Z", "2024-03-04T10:00:00+14:00", "9999-12-31T23:59:59-13:00",
    "2024-03-04T23:59:59.999999-13:59", "2024-03-04t10:00:00z", "2024-03-04T10:00:00.123456789Z",
    "", " ", "\t", "a\n", "\x00", "\x7f", "\xa0", "\x85", "é", "a  b", " a", "a ", "x y",
    "urn:uuid:x", "http://a b", "http://[", "//", ":", "%", "{}", '{"reference":"x"}', "true", "1",
]
# fmt: on
VALUES = [None, [], {}, [None], [""], True, False, 0, 1, -1, 1.5, 10**30]
OBJECTS = [{"coding": [{}]}, {"url": "x"}, {"resourceType": "Patient"}, {"resourceType": "Nobody"}]
TEXTS = st.one_of(
    st.sampled_from([*STRINGS, "a" * 65]),
    st.text(max_size=8),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.from_regex(r"\A[A-Za-z0-9.:/-]{1,70}\Z"),
)
ODD = st.one_of(st.sampled_from([*VALUES, *OBJECTS]), TEXTS)


def places(node, path=()):
    yield path
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(inner, (*path, key))


@st.composite
def mutants(draw):
    """A valid example with one to three elements deleted, replaced, added or moved."""
    body = copy.deepcopy(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        left = [place for place in places(body) if place]
        if not left:
            break  # a small body may have lost all that it had
        *above, last = draw(st.sampled_from(left))
        holder = body
        for step in above:
            holder = holder[step]
        match draw(st.sampled_from(["delete", "delete", "replace", "reword", "reword", "add", "twice", "graft"])):
            case "delete":
                del holder[last]
            case "replace":
                holder[last] = copy.deepcopy(draw(ODD))
            case "reword" if isinstance(holder[last], str):
                holder[last] = draw(TEXTS)
            case "add" if isinstance(holder, dict):
                holder[draw(st.sampled_from(NAMES))] = copy.deepcopy(draw(ODD))
            case "graft" if isinstance(holder, dict):
                other = draw(st.sampled_from(BODIES))
                for step in draw(st.sampled_from([place for place in places(other) if place])):
                    other = other[step]
                holder[draw(st.sampled_from([*sorted(holder), "extension", "valueString"]))] = copy.deepcopy(other)
            case _ if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case _:
                holder[last] = [holder[last]]
    return body
