"""One change to many people at once, whom a list shows: asked, counted, and done in small steps with an account of it.

It never lets a letter go to somebody who has left, and never writes a permission without its ground and its source.
"""
