"""A synthetic population: what publishers would send about it over a time, at the published rates."""
