"""What X makes of a text."""

from shared.lengths import links


def shown(text: str, author: str) -> str:
    """Return a text as X shows it: with whom it answers in front, its own short links, and three characters escaped."""
    shortened, last = "", 0
    for start, end in links(text):
        shortened, last = f"{shortened}{text[last:start]}https://t.co/{start:010}", end
    shortened += text[last:]
    for character, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        shortened = shortened.replace(character, escaped)
    return f"@user{author} {shortened}" if author else shortened
