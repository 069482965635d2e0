"""How tests speak through Telegram."""

from tests.spoken import ANA, Spoken

CHANNELS = {
    "telegram": Spoken(
        account="shop_bot",
        answered=f"{ANA}:70",
        says_when=True,
        others=(
            (ANA, "direct", "private", "callback:17"),
            (ANA, "bc-1:1511000001", "private", f"bc-1:{ANA}:70"),
            (ANA, "-1001700000001", "public", "-1001700000001:71"),
            (ANA, "-1001700000001:5", "public", "-1001700000001:72"),
            (ANA, "-1001700000001", "private", "-1001700000001:ephemeral-3"),
            (ANA, "-1001700000004", "private", "-1001700000004:73"),
            (ANA, "guest:5150003", "private", "guest:5150003:69"),
            ("-1001700000009", "-1001700000001", "public", "-1001700000001:74"),
            ("ana", "direct", "private", "ana:1"),
        ),
    )
}
WORDS = ("result", "message", "chat", "date", "error_code", "parameters", "description")
