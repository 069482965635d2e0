"""What the company itself does about a customer: promises, notes, needs, consent, and who is one person with whom.

A step (`steps.py`) is journalled once and never changed. All that is shown comes of folding steps, in whatever order
they are met, and is as pure as the folds over what customers say (`shared/projection`).
"""
