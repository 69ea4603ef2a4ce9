"""Replay: dead letters get another chance; `verify` proves the ledger against the pure core and the topics."""
