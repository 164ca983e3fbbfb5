"""The `outreach` command: one file per subject; each reads what was typed, calls one verb and prints the answer.

It never holds a rule of its own; the console script enters at `entry`.
"""
