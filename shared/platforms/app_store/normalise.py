"""What a customer review means: something said in public with stars, that it says something else now, or our answer."""

from shared.platforms.app_store.payload import read
from shared.reviews import handlers

CHANNEL = "appstore_review"

EVENTS = handlers("app_store", CHANNEL, read)
