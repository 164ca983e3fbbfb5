"""Stories told through a real browser, at a demo that is running."""
