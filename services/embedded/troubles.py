"""What can keep an embedded server from starting, said in words."""


class EmbeddedTrouble(Exception):  # noqa: N818 - a trouble that a person can mend
    """An embedded server cannot start; the text says why and what to do."""
