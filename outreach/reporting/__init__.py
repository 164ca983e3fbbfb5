"""What came of it: metrics with honest denominators, communication goals, charts.

It only reads; no figure here is stored as a guess.
"""
