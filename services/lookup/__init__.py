"""The look-up room: what has changed about a person is asked of a national register, and its answer is an event."""
