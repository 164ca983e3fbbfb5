"""How fast letters may leave: caps, what counts against them, and what is held for a while.

It decides how many letters of a request may go now, never which; that is the ledger's. What left is read from rows
(`departure`); Redis only spares PostgreSQL the asking.
"""
