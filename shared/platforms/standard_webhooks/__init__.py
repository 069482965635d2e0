"""The company's own apps, in a contract of ours, signed as https://www.standardwebhooks.com prescribes."""

CHANNELS = ("app",)
