"""The workers: a Celery application, a timetable on one page, and task functions of a few lines.

The house never imports this package; it rings for a job by name and the job is bound to its function here.
"""
