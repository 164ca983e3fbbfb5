"""Outreach: newsletters and press releases in several languages, with every recipient accounted for.

The rooms, from the bottom up: foundation, rendering and delivery, accounts, contacts, consent, segments and content,
campaigns, tracking, press, reporting, privacy, web and api; the doors are `outreach.app`, `outreach.cli` and `workers`.
"""
