"""Words in, message out: blocks become HTML and text once per edition, with tokens where a reader's own values go.

It never touches the database, the network or a provider, and knows nothing of campaigns: a confirmation mail takes the
same road as a newsletter.
"""
