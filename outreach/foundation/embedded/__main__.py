"""Run a keeper: `python -m outreach.foundation.embedded HOME KIND LOCK ANSWER` (the last two are inherited files)."""

import sys
from pathlib import Path

from outreach.foundation.embedded.keeper import main

main(Path(sys.argv[1]), sys.argv[2], lock=int(sys.argv[3]), answer=int(sys.argv[4]))
