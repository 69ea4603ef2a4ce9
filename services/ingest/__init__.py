"""The ingest room: every door ends in one function, ``accept``."""
