"""HTML of a mail as the text that a person reads in it."""

from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "table"})
_SILENT = frozenset({"script", "style", "head", "title", "template"})
_QUOTE = "blockquote"
_DEEPEST = 20
"""Nobody quotes a quotation more often; what goes deeper looks like this."""


def as_text(html: str) -> str:
    """Return a line for each block, nothing of scripts and styles, and quotations as plain text has them: each line
    after a `>`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[int, list[str]]] = [(0, [])]
        self._silent = 0
        self._quoted = 0

    def text(self) -> str:
        lines = ((depth, " ".join("".join(parts).split())) for depth, parts in self._lines)
        return "\n".join(f"{'>' * depth} {line}" if depth else line for depth, line in lines)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self._silent += tag in _SILENT
        self._tag(tag, +1)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        self._tag(tag, -1)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._lines[-1][1].append(data)

    def _tag(self, tag: str, deeper: int) -> None:
        if tag == _QUOTE:
            self._quoted = max(0, self._quoted + deeper)
        if tag == _QUOTE or tag in _BLOCKS:
            self._lines.append((min(self._quoted, _DEEPEST), []))
