"""`python -m outreach.foundation.processes SECONDS` is the watchdog of a group; see `watchdog`."""

import sys

from outreach.foundation.processes.watchdog import main

main(sys.stdin, float(sys.argv[1]))
