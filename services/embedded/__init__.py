"""Broker and database without Docker, for trying and for tests."""
