"""Mail: a hand-off is a mail to the department, and an answer to it is the answer to the customer.

`address.py` makes the address at which it is answered, `message.py` writes the mail, `receipt.py` and `letter.py` read
what comes back, and `words.py` what somebody wrote in it.
"""
