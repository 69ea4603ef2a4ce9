"""The core: pure. Facts and commitments of a journey, the rules that decide, and the outputs that follow."""
