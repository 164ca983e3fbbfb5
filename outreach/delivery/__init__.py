"""Message in, inbox out: the ledger of deliveries, the providers, and what they report back.

It knows nothing of campaigns, pieces or consent; it never decides whom to write to.
"""
