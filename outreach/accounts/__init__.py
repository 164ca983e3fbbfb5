"""Staff: who they are, how they sign in, what they may do, and what they did.

It never holds subscribers or press contacts.
"""
