"""What the DNS says of a sender: may its servers send (SPF), is its signature found (DKIM), do the names agree (DMARC).

It asks and judges; it knows neither tables nor settings, and never takes silence for consent.
"""
