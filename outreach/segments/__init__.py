"""Who is meant: a typed rule language, one SELECT per rule, and how many people it finds.

It never decides whether they may be written to; it asks `consent` for that.
"""
