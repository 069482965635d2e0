"""What is computed from the journal and can be computed again: who somebody is, who waits, what was handed over.

`about.py` and `conversation.py` are pure folds whose result does not depend on the order or the number of times that
events come; `projector.py` reads, folds and writes.
"""
