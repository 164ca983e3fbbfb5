"""Newsletter issues and press releases: ordered blocks, an edition per language, pictures, approval.

It never knows to whom a piece is sent.
"""
