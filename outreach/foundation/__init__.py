"""The ground the house stands on: settings, clock, database, jobs, signed tokens, addresses, languages.

It knows nothing of mail or people and imports no other room.
"""
