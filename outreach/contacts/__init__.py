"""People and the organisations they belong to, with their sectors and languages.

It never says whether we may write to somebody: that is `consent`.
"""
