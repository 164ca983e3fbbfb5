"""What a person does about themselves by a link, without signing in: leave and come back, move, see what is kept.

It knows them by what they hold, a letter or a link mailed to them a moment ago, and gives neither more than it is for.
"""
