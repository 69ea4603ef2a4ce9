"""`python -m services.cli`: the same as `fitpath`."""

from services.cli import main

main()
