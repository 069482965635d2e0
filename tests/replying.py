"""Places of every channel that can be spoken through, and a driver that asks a stand-in."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from infra.local.standin import (
    StandIn,
    bluesky,
    chatwoot,
    discourse,
    mastodon,
    reviews,
    token,
    twilio,
    wordpress,
    youtube,
    zendesk,
)
from infra.local.standin.state import Public
from shared import platforms
from shared.ports import Answer, Asking, Call, Presence, Thing
from shared.replying import Draft, Place, Reply, ReplyPort
from tests.conftest import NOW

REPLY_ID = "rpl_abcdefghijklmnopqrstuvwxyz"
CHANNELS = tuple(platforms.rules())
ACCOUNTS = {
    "telegram": "shop_bot",
    "x_mention": "2244000001",
    "x_dm": "2244000001",
    "whatsapp": "106540352242922",
    "email": "help@shop.example.com",
    "sms": "+34910000001",
    "twilio_whatsapp": "+34910000001",
    "forum": "foro",
    "mastodon_mention": "latienda",
    "mastodon_dm": "latienda",
    "chatwoot_conversation": "buzon",
    "zendesk_ticket": "ayuda",
    "linkedin_comment": "4400001",
    "tiktok_dm": "biz-open-id-0001",
    "tiktok_comment": "biz-open-id-0001",
    "youtube_comment": "canal",
    "google_review": "7700100200300400500",
    "play_review": "com.example.teleprado",
    "trustpilot_review": "5f0a1b2c3d4e5f6a7b8c9d0e",
    "appstore_review": "1234567890",
    "bluesky_mention": "teleprado.example",
    "bluesky_dm": "teleprado.example",
    "blog_comment": "diario",
}
NAMES = {
    "twilio": "tienda",
    "discourse": "foro",
    "mastodon": "latienda",
    "chatwoot": "buzon",
    "zendesk": "ayuda",
    "linkedin": "pagina",
    "tiktok": "videos",
    "google_business": "tiendas",
    "google_play": "android",
    "trustpilot": "opiniones",
    "app_store": "apple",
    "wordpress": "diario",
    "youtube": "canal",
}
"""What an account is called in its webhook's URL, where the playbook has to list it."""
PAGE, INSTAGRAM = "100000000000001", "17840000000000001"
THINGS = {
    "meta": (Thing("page", PAGE), Thing("instagram", INSTAGRAM, through=PAGE)),
    "ses": (Thing("region", "eu-west-1"), Thing("configuration_set", "mostrador")),
    "twilio": (Thing("number", "+34910000001"),),
    "discourse": (Thing("host", discourse.HOST), Thing("user", discourse.USER)),
    "mastodon": (Thing("host", mastodon.HOST),),
    "chatwoot": (Thing("host", chatwoot.HOST), Thing("account", chatwoot.ACCOUNT)),
    "zendesk": (Thing("host", zendesk.HOST),),
    "linkedin": (Thing("page", "4400001"),),
    "tiktok": (Thing("business", "biz-open-id-0001"),),
    "youtube": (Thing("channel", youtube.CHANNEL),),
    "google_business": (Thing("location", "7700100200300400500", through="100200300400500600700"),),
    "google_play": (Thing("app", "com.example.teleprado"),),
    "trustpilot": (Thing("business_unit", "5f0a1b2c3d4e5f6a7b8c9d0e"), Thing("business_user", reviews.USER)),
    "app_store": (Thing("app", "1234567890"),),
    "wordpress": (Thing("host", wordpress.HOST),),
}
DOOR = "https://door.example"
FOLDERS = {channel: platforms.folder_of(channel) for channel in CHANNELS}
ANA, BSUID = "1511000001", "ES.13491208655302741918"
ANAS = {
    "email": "ana@example.com",
    "sms": "+34600000001",
    "twilio_whatsapp": "+34600000001",
    "linkedin_comment": "urn:li:person:aNa51500x1",
    "tiktok_dm": "uid-anatorres-0001",
    "tiktok_comment": "uid-anatorres-0001",
    "bluesky_mention": "did:plc:ana2to3rres4ana5to6rres7",
    "bluesky_dm": "did:plc:ana2to3rres4ana5to6rres7",
}
"""What Ana is called where she has another name than `ANA`."""

ORDINARY = "Sí, hasta las dos de la tarde."

DAY, WEEK = timedelta(hours=24), timedelta(days=7)


def account(channel: str) -> str:
    return ACCOUNTS.get(channel) or (INSTAGRAM if channel.startswith("instagram") else PAGE)


def port(channel: str) -> ReplyPort:
    found = platforms.reply(channel)
    assert found is not None
    return found


def presence(channel: str, **changed: Any) -> Presence:
    own = account(channel)
    things = THINGS.get(FOLDERS[channel], ())
    known: dict[str, Any] = {"token": token(FOLDERS[channel], own), "things": things, "company": "Teleprado"}
    return Presence(FOLDERS[channel], NAMES.get(FOLDERS[channel], own), **({"door": DOOR} | known | changed))


def with_secret(channel: str, secret: str) -> str:
    """Return a token of a channel's platform, in its form, that has this secret."""
    users = {
        "twilio": f"{twilio.ACCOUNT}:",
        "zendesk": "soporte@teleprado.example/token:",
        "wordpress": "soporte:",
    }
    return f"{users.get(FOLDERS[channel], '')}{secret}"


def has_secret(channel: str, call: Call, secret: str) -> bool:
    """Return whether a call is let in by a token that has this secret."""
    shown = call.url + "".join(call.headers.values())
    return b64encode(with_secret(channel, secret).encode()).decode() in shown or secret in shown


def before(channel: str, signed_in_with: str = "token") -> Answer:
    """Return what is answered to the call by which a port reads before it says something; where it signs in, the token
    that it is given is what it has signed in with."""
    where, at = place(channel), NOW.isoformat()
    post = {"id": where.reply_to, "user_id": ANA, "username": "ana", "topic_id": where.thread, "post_number": 82}
    said = {
        "mastodon": {"id": where.reply_to, "account": ANA_ON_MASTODON, "visibility": "public", "created_at": at},
        "chatwoot": {"id": 4711, "meta": {"sender": {"id": int(ANA)}}, "can_reply": True},
        "zendesk": {"ticket": {"id": 4711, "requester_id": int(ANA), "status": "open", "updated_at": at}},
        **{api.platform: reviewed(api, where) for api in reviews.EVERY},
        "bluesky": {
            **{"did": bluesky.US, "accessJwt": signed_in_with, "convo": {"id": "3lbqconvo2aa2"}},
            "posts": [{"uri": where.reply_to, "cid": "bafyreione", "record": {"text": "¿Abrís?"}}],
        },
        "wordpress": {"id": 812, "post": 47, "status": "approved"},
    }
    return Answer(200, orjson.dumps(said.get(FOLDERS[channel], post | {"created_at": at})))


def reviewed(api: reviews.ReviewApi, where: Place) -> Any:
    """Return how a review is shown that nobody has answered."""
    review = Public(api.channel, where.account, ANA, where.thread, NOW - timedelta(hours=1))
    return api.shown(reviews.Kept(where.thread, review, None))


ANA_ON_MASTODON = {"id": ANA, "username": "ana", "acct": "ana@vecinos.example", "url": "https://vecinos.example/@ana"}


def namespace(channel: str) -> str:
    return {
        "facebook_comment": "facebook",
        "facebook_review": "facebook",
        "instagram_dm": "instagram",
        "instagram_comment": "instagram",
        "x_mention": "x",
        "x_dm": "x",
        "twilio_whatsapp": "whatsapp",
        "forum": "discourse",
        "mastodon_mention": "mastodon",
        "mastodon_dm": "mastodon",
        "chatwoot_conversation": "chatwoot",
        "zendesk_ticket": "zendesk",
        "linkedin_comment": "linkedin",
        "tiktok_dm": "tiktok",
        "tiktok_comment": "tiktok",
        "youtube_comment": "youtube",
        **{api.channel: api.platform for api in reviews.EVERY},
        "bluesky_mention": "bluesky",
        "bluesky_dm": "bluesky",
        "blog_comment": "wordpress",
    }.get(channel, channel)


def place(channel: str, person: str | None = None, **changed: Any) -> Place:
    """A place of a channel, in which the customer wrote an hour ago and is answered."""
    public = channel in PUBLIC
    known: dict[str, Any] = {
        "channel": channel,
        "account": account(channel),
        "identity": f"{namespace(channel)}:{account(channel)}:{person or ANAS.get(channel, ANA)}",
        "thread": THREADS.get(channel, "direct"),
        "visibility": "public" if public else "private",
        "reply_to": ANSWERED[channel],
        "reply_to_at": NOW - timedelta(hours=1),
        "last_inbound_at": NOW - timedelta(hours=1),
        "title": "Pedido 4711" if channel in TITLED else None,
        "summoned": True if channel == "x_mention" else None,
    }
    return Place(**(known | changed))


PUBLIC = (
    *("x_mention", "facebook_comment", "facebook_review", "instagram_comment", "forum"),
    *("mastodon_mention", "linkedin_comment", "tiktok_comment", "youtube_comment"),
    *(api.channel for api in reviews.EVERY),
    *("bluesky_mention", "blog_comment"),
)
TITLED = ("email", "forum", "zendesk_ticket")
THREADS = {
    "x_mention": "2102023372010422279",
    "facebook_comment": "100000000000001_500",
    "facebook_review": "900",
    "instagram_comment": "17900000000000001",
    "email": "<CAF=1@mail.example.com>",
    "forum": "4711",
    "mastodon_mention": "mentions",
    "chatwoot_conversation": "4711",
    "zendesk_ticket": "4711",
    "linkedin_comment": "urn:li:activity:7230000000000000001",
    "tiktok_dm": "conv-ana-1==",
    "tiktok_comment": "7229000000000000001",
    "youtube_comment": "Ugx4711AaAaAaAaAaAaAaAaAaA",
    **{api.channel: "review-1" for api in reviews.EVERY},
    "bluesky_mention": "at://did:plc:te2le3pra4do5te6le7pra2d/app.bsky.feed.post/3lbqk4xw2tc2p",
    "blog_comment": "47",
}
ANSWERED = {
    "x_mention": "2102038473467756545",
    "x_dm": "2102038473467756546",
    "telegram": f"{ANA}:70",
    "messenger": "m_20",
    "instagram_dm": "aWdfZAG1faXRlb",
    "facebook_comment": "500_600",
    "facebook_review": "900",
    "instagram_comment": "17870913679156914",
    "whatsapp": "wamid.HBgLMzQ2MDAwMDAwMDEVAgASGBQzQQ==",
    "email": "<CAF=2@mail.example.com>",
    "sms": f"SM{'0' * 30}20",
    "twilio_whatsapp": f"SM{'0' * 30}21",
    "forum": "81",
    "mastodon_mention": "115240000000880101",
    "mastodon_dm": "115240000000880108",
    "chatwoot_conversation": "880101",
    "zendesk_ticket": "880101",
    "linkedin_comment": "urn:li:comment:(urn:li:activity:7230000000000000001,7230000000000000101)",
    "tiktok_dm": "msg-101",
    "tiktok_comment": "7230000000000000201",
    "youtube_comment": "Ugx4711AaAaAaAaAaAaAaAaAaA",
    **{api.channel: "review-1" for api in reviews.EVERY},
    "bluesky_mention": "at://did:plc:ana2to3rres4ana5to6rres7/app.bsky.feed.post/3lbqmz5ns7k2a",
    "bluesky_dm": "3lbqdm2aaaaa2",
    "blog_comment": "812",
}
REVIEWS = tuple(api.channel for api in reviews.EVERY)
"""The channels on which a message has one answer, which is not replaced before the customer has written again."""


def words_of(call: Call) -> str:
    """Return what a call says to a customer, and all else that is in it: a mail as it will be read."""
    if "form" in call.headers.get("content-type", ""):
        return "\n".join(said for values in parse_qs(call.body.decode()).values() for said in values)
    if b'"Raw"' not in call.body:
        return call.body.decode()
    raw = b64decode(orjson.loads(call.body)["Content"]["Raw"]["Data"])
    return str(message_from_bytes(raw, policy=SMTP).get_content())


def template_of(channel: str) -> str:
    """Return the name of a template, in the form of the channel's platform."""
    return f"HX{'0' * 31}1" if FOLDERS[channel] == "twilio" else "aviso"


def reply(where: Place, what: Draft | str = ORDINARY) -> Reply:
    return Reply(id=REPLY_ID, place=where, draft=what if isinstance(what, Draft) else Draft(text=what))


def asked[T](asking: Asking[T], api: Callable[[Call], Answer], hosts: frozenset[str]) -> T:
    """Answer a port until it has a finding; it asks its own hosts alone, over TLS."""
    try:
        call = next(asking)
        while True:
            target = urlsplit(call.url)
            assert (target.scheme, target.netloc in hosts) == ("https", True)
            call = asking.send(api(call))
    except StopIteration as found:
        finding: T = found.value
        return finding


def said(where: Place, what: Draft | str = ORDINARY, *, to: StandIn, now: datetime = NOW, **who: Any) -> Any:
    """Say something through a place's port to a stand-in; return what became of it."""
    own = port(where.channel)
    us = presence(where.channel, **who)
    return asked(own.send(reply(where, what), us, now), to.answer, own.hosts_of(us))


def found(
    where: Place, what: Draft | str = ORDINARY, *, in_: StandIn, since: datetime = NOW, others: Collection[str] = ()
) -> Any:
    own = port(where.channel)
    assert own.find is not None
    us = presence(where.channel)
    asking = own.find(reply(where, what), us, since, NOW + timedelta(minutes=5), others)
    return asked(asking, in_.answer, own.hosts_of(us))
