"""Connectors to the outside: loaded by entry point, never imported by services."""
