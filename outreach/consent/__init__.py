"""Subscriptions and their evidence, and the one question: may we write to this person for this purpose?

It never sends anything and never forgets how a permission came about.
"""
