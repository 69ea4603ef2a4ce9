"""The relay room: publishes the outbox, in order for each person, each output once to a read_committed reader."""
