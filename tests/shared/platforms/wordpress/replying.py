"""How tests speak through WordPress."""

from infra.local.standin.platforms import wordpress
from shared.ports import Thing
from shared.replying import Place
from tests.spoken import ANA, Spoken

NAME = "diario"
THINGS = (Thing("host", wordpress.HOST),)
USER = "soporte:"

_ARTICLE, _COMMENT = "47", "812"

CHANNELS = {
    "blog_comment": Spoken(
        account="diario",
        thread=_ARTICLE,
        answered=_COMMENT,
        visibility="public",
        reads_first=True,
        says_when=True,
        others=(
            ("ana@example.com", _ARTICLE, "public", _COMMENT),
            ("guest:Ana", _ARTICLE, "public", _COMMENT),
            ("diario", _ARTICLE, "public", _COMMENT),
            (ANA, "direct", "public", _COMMENT),
            (ANA, _ARTICLE, "public", "../users"),
        ),
    )
}
WORDS = ("id", "code", "message", "status", "post", "parent", "content")


def before(where: Place, _: str) -> object:
    return {"id": int(str(where.reply_to)), "post": int(where.thread), "status": "approved"}
