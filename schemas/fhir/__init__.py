"""FHIR as it comes in: bodies, messages, whom they are about, and what vouches for their validity."""
