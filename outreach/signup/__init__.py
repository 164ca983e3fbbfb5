"""Signing up in public: what somebody entered until they confirm it from their own mailbox, and its defences.

Nobody becomes a contact here by a form alone, and nothing here tells a stranger who is one.
"""
