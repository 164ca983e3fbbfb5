"""What touches every room: merging, exporting, erasing and retaining what we know about a person.

It decides nothing about who may be written to.
"""
