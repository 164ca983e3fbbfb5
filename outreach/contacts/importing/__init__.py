"""People as files hold them: what a file is, what its columns mean, and what each row says once it is tidied.

It reads and judges text, knows no database and changes nobody: `intake` does.
"""
