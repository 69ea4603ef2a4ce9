"""`fitpath up`: everything on one machine, supervised, stopped cleanly."""
