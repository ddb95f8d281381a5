"""`python -m contractkit`: the command line."""

from contractkit.cli.main import main

main()
