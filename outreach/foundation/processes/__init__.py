"""Child processes that live and die together: `outreach up`, the demo and the tests run theirs in a `Group`.

Each child leads a process group of its own, so that Ctrl-C in a terminal reaches only us and the children stop in the
order that we choose, and so that nothing a child started outlives it. A watchdog process stops them when we are killed.
"""

from outreach.foundation.processes.group import Group
from outreach.foundation.processes.member import Pulse
from outreach.foundation.processes.readiness import Probe, wait_until

__all__ = ["Group", "Probe", "Pulse", "wait_until"]
