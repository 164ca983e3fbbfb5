"""Opens and clicks as they come in, what made them, and what follows from a provider's reports.

It never keeps an IP address or a full user agent, and it stores nothing about people who did not agree.
"""
