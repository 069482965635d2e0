"""How tests speak through Meta's channels."""

from shared.ports import Thing
from tests.spoken import ANA, BSUID, Situation, Spoken

PAGE, INSTAGRAM, NUMBER = "100000000000001", "17840000000000001", "106540352242922"
THINGS = (Thing("page", PAGE), Thing("instagram", INSTAGRAM, through=PAGE))


def _below(thread: str, answered: str) -> tuple[Situation, ...]:
    return (
        (ANA, thread, "public", thread),
        (f"author-of-{answered}", thread, "public", answered),
        (f"author-of-{thread}", thread, "public", thread),
    )


def _comments(namespace: str, account: str, thread: str, answered: str) -> Spoken:
    return Spoken(
        namespace=namespace,
        account=account,
        thread=thread,
        answered=answered,
        visibility="public",
        says_to_whom=False,
        others=_below(thread, answered),
    )


_WAMID = "wamid.HBgLMzQ2MDAwMDAwMDEVAgASGBQzQQ=="

CHANNELS = {
    "messenger": Spoken(
        namespace="messenger",
        account=PAGE,
        answered="m_20",
        keeps_our_id=True,
        others=((PAGE, "direct", "private", "m_20"), ("user_ref-guest", "direct", "private", "m_1")),
    ),
    "instagram_dm": Spoken(namespace="instagram", account=INSTAGRAM, answered="aWdfZAG1faXRlb"),
    "whatsapp": Spoken(
        namespace="whatsapp",
        account=NUMBER,
        person="34600000001",
        answered=_WAMID,
        keeps_our_id=True,
        shows=False,
        receipts=("sent", "delivered", "read"),
        others=(
            (BSUID, "direct", "private", _WAMID),
            ("ES.ENT.11815799212886844830", "direct", "private", "callback"),
            (BSUID, "120363000000000000", "private", _WAMID),
            ("nobody?", "direct", "private", _WAMID),
        ),
    ),
    "facebook_comment": _comments("facebook", PAGE, "100000000000001_500", "500_600"),
    "facebook_review": _comments("facebook", PAGE, "900", "900"),
    "instagram_comment": _comments("instagram", INSTAGRAM, "17900000000000001", "17870913679156914"),
}
WORDS = (
    *("data", "id", "message_id", "recipient_id", "messages", "message", "error", "code", "error_subcode", "type"),
    *("text", "created_time", "timestamp", "from", "paging", "next"),
)
