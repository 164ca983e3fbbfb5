"""Pages for staff (`officer`) and for readers (`public`), and what every request passes on its way to them.

It reads a form, calls one verb and answers; it holds no SQL and decides nothing about people or letters.
"""
