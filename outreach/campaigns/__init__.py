"""What goes to whom, when and from whom: readiness, launch, and steering while it runs.

It never talks to a provider: launching freezes an audience into deliveries, and `delivery` does the rest.
"""
