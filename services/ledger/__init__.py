"""The ledger: PostgreSQL, the truth that survives. Every other room reads it or is made from it."""
