"""PostgreSQL and Valkey from wheels, for whoever has named no servers of their own.

The servers belong to a home folder, not to a process. Whoever uses them holds a shared lock (`leases`); a small keeper
process per server (`keeper`, started by `python -m outreach.foundation.embedded`) starts it and waits for an exclusive
lock on the same file, which the kernel grants when the last user is gone, however that user ended. The locks tell who
lives; process numbers are only used for sending signals.

    HOME/servers/
    ├── keeper.log, postgresql.log, valkey.log
    └── postgresql/, valkey/
        ├── users.lock      shared: somebody uses the server; exclusive: the keeper is stopping it
        ├── start.lock      exclusive: somebody is starting a keeper
        ├── keeper.lock     exclusive: a keeper lives
        ├── server.lock     exclusive: the server, or one of its children, lives (they inherit it)
        ├── address         where the server answers, while a keeper vouches for it
        ├── url             the same, kept for the keeper that adopts the server of one that was killed
        └── data/           what the server stores

Nothing in the product knows whether it got these servers or real ones. Databases for tests: `embedded.databases`.
"""

from outreach.foundation.embedded.leases import Addresses, Lease, addresses, is_used, lease
from outreach.foundation.embedded.place import explained

__all__ = ["Addresses", "Lease", "addresses", "explained", "is_used", "lease"]
