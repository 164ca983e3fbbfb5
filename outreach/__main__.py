"""`python -m outreach` is the `outreach` command."""

from outreach.cli.entry import main

main()
