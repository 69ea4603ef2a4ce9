"""The timer room: what is due becomes an event that walks like any other (EXACTNESS 9)."""
