"""Jira Cloud: a hand-off is an issue of the department's project, and a comment on it is the answer.

`give.py` makes the issue, `document.py` writes and reads its text, `events.py` reads what Jira's webhooks tell of it.
"""
