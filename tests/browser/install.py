"""`python -m tests.browser.install`: see that there is a browser."""

import sys

from tests.browser import chromium

if chromium.found() is None:
    try:
        chromium.install()
    except Exception as fault:  # noqa: BLE001 - whatever it was, the sentence is for the person at the terminal
        sys.exit(f"{fault}")
sys.stdout.write(f"Browser: {chromium.found()}\n")
