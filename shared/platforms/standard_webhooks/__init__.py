"""The company's own apps, in a contract of ours, signed as https://www.standardwebhooks.com prescribes."""

CHANNELS = ("app",)
"""Without a window: the app is the company's own."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
