"""People taken in from files, with what they agreed to: looked at, checked, applied and undone, in small steps.

It never brings back whom somebody has suppressed, and never writes a permission that nobody gave a source for.
"""
