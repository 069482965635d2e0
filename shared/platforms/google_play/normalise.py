"""What a review of an app means: something said in public with stars, that it says something else now, or our word."""

from shared.platforms.google_play.payload import read
from shared.reviews import handlers

CHANNEL = "play_review"

EVENTS = handlers("google_play", CHANNEL, read)
