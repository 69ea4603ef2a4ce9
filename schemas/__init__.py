"""Contracts only, no I/O: envelope, identifiers, event types, FHIR shapes, topics, failures, disclosure."""
