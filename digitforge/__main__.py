"""`python -m digitforge`: the command line."""

from digitforge.command import main

main()
