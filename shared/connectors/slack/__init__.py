"""Slack: a hand-off is a message in the department's channel, with two buttons.

`message.py` writes it, `give.py` posts it, `signature.py` and `interactions.py` read what people do with it, and
`answers.py` shows them what came of that.
"""
