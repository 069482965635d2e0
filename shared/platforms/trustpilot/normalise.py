"""What a service review means: something said in public with stars, that it says something else now, or our answer."""

from shared.platforms.trustpilot.payload import read
from shared.reviews import handlers

CHANNEL = "trustpilot_review"

EVENTS = handlers("trustpilot", CHANNEL, read)
