"""The stream room: accepted events become decisions, each batch in one transaction."""
