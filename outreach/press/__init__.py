"""The newsroom: what the press finds without asking, and never before an embargo lifts.

It never lists anything whose embargo has not passed by the database clock.
"""
