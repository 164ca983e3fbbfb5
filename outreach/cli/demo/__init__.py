"""`outreach demo`: the main job once, for real, with invented people; then something to look at.

Everything goes the way of a working day: files in, approval, launch, workers, the sandbox provider over HTTP, readers
through the public tracking addresses, goals judged. It starts in `command`.
"""
