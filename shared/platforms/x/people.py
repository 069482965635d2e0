"""Who is behind a user id, what they changed about themselves, and what they and the company did to each other."""

from collections.abc import Mapping
from typing import TypedDict

from shared.models import Author, ContactPoint, Event, ProfileChange
from shared.platforms import Unit
from shared.platforms.x import wire
from shared.platforms.x.payload import Beside

PUBLIC = "x_mention"

LANGUAGES: Mapping[str, str | None] = {
    "iw": "he",
    "in": "id",
    # No language found, none to be found, or nothing but mentions, cashtags, hashtags, media or a few letters.
    **dict.fromkeys(("und", "zxx", "qam", "qct", "qht", "qme", "qst")),
}
"""X's codes that are no BCP 47 tag of a language, and what they mean."""

RELATIONS: Mapping[str, tuple[str, str, str]] = {
    "follow": ("follow", "followed", "yes"),
    "unfollow": ("follow", "followed", "no"),
    "mute": ("mute", "muted", "yes"),
    "unmute": ("mute", "muted", "no"),
    "block": ("block", "blocked", "yes"),
    "unblock": ("block", "blocked", "no"),
}
"""X's word; our field when the customer does it to the company; our field when it is done to them; its new value."""

PROFILE_FIELDS: Mapping[str, str] = {
    "profile.update.bio": "bio",
    "profile.update.profile_picture": "picture",
    "profile.update.banner_picture": "banner",
    # The display name, whatever X calls it here; the @handle has an event of its own.
    "profile.update.screenname": "name",
    "profile.update.handle": "handle",
    "profile.update.geo": "location",
    "profile.update.url": "website",
    "profile.update.verified_badge": "verified_badge",
    "profile.update.affiliate_badge": "affiliate_badge",
}


class Whose(TypedDict):
    """What every event says of the person it belongs to."""

    identity: str
    account: str
    channel: str
    author: Author | None


def whose(unit: Unit, person: str, *, channel: str, language: str | None = None) -> Whose:
    """Return whose an event is; `language` is X's code for what they themselves said.

    The company is nobody's customer, so what X tells of the account itself describes no author.
    """
    spoken = LANGUAGES.get(language, language) if language else None
    return Whose(
        identity=f"x:{unit.account}:{person}",
        account=unit.account,
        channel=channel,
        author=_author(user(unit, person), spoken) if person != unit.account else None,
    )


def user(unit: Unit, person: str) -> wire.User | None:
    """Return what the delivery says of a person, if anything."""
    beside: Beside = unit.context
    found = beside.users.get(person)
    return wire.User.model_validate(found) if found else None


def _author(user: wire.User | None, language: str | None) -> Author | None:
    if user is None:
        return Author(language=language) if language else None
    handle = user.username or None
    return Author(
        name=user.name or None,
        handle=handle,
        language=language,
        reach=user.followers,
        contacts=(ContactPoint(kind="handle", value=handle, proof="platform"),) if handle else (),
    )


def relation(unit: Unit) -> list[Event]:
    """A follow, a mute or a block, or its end; where XAA dates none of them, the event's own id tells two apart."""
    done = wire.Relation.model_validate(unit.value)
    word = unit.name.rpartition(".")[2].removesuffix("_events")
    by_them, to_them, value = RELATIONS[word]
    by_us = done.source_id == unit.account
    beside: Beside = unit.context
    return [
        ProfileChange(
            **whose(unit, done.target_id if by_us else done.source_id, channel=PUBLIC),
            external_id=f"{word}:{beside.event_uuid or f'{done.source_id}:{done.target_id}'}",
            occurred_at=done.created_timestamp or unit.at,
            dated=done.created_timestamp is not None,
            field=to_them if by_us else by_them,
            current=value,
        )
    ]


def profile_update(unit: Unit) -> list[Event]:
    """A change of the watched profile. Anybody's may be watched, so the company's side is the account in the URL."""
    update = wire.ProfileUpdate.model_validate(unit.value)
    beside: Beside = unit.context
    return [
        ProfileChange(
            **whose(unit._replace(account=beside.subscriber), unit.account, channel=PUBLIC),
            external_id=f"{unit.name}:{beside.event_uuid}",
            occurred_at=unit.at,
            dated=False,
            field=PROFILE_FIELDS[unit.name],
            previous=update.before,
            current=update.after,
        )
    ]
