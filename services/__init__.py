"""The rooms of Fitpath: doors, streams, relay, ledger and the pure core."""
