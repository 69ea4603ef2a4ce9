"""Whether an output that takes something back may be sent: not to somebody who never had it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.outputs import read_output
from services.domain.outputs import Output
from services.domain.overtaking import Recalled, Send, Standing
from services.domain.told_things import takes_back, things


def taking_back(output: Output, became: Iterable[tuple[Output, bool]]) -> Standing:
    """How an output that takes something back stands at one destination. Raises Refused.

    ``became``: what has its outcome there by now, and whether it was delivered. Who was never told of a prompt, a
    referral or a page, since it was held back in time, does not learn of it by its end.
    """
    thing = takes_back(read_output(output.type, output.data))
    went = [delivered for item, delivered in became if thing in things(read_output(item.type, item.data))]
    return Recalled("not-sent") if went and not any(went) else Send()
