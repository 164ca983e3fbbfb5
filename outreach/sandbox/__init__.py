"""The sandbox provider: a mail service of our own, for trying the product, for training and for tests.

It is a peer that speaks HTTP from a process of its own, keeps every letter it accepts and shows it as its recipient
would see it. It never sends mail anywhere and imports nothing of the product but `outreach.foundation`.
"""
