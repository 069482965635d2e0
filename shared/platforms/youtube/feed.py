"""What stands in an Atom feed as Google's hub sends it: entries, and tombstones (RFC 6721) of those that are gone.

No document type is let in, and so no entity that a document could declare: nothing is fetched, and nothing grows.
"""

from typing import Final
from xml.parsers import expat

from shared.errors import UnreadableDelivery

_ATOM, _TOMBSTONES = "http://www.w3.org/2005/Atom", "http://purl.org/atompub/tombstones/1.0"
_FEED, _ENTRY = f"{_ATOM} feed", f"{_ATOM} entry"
_DEEPEST: Final = 16


def read(body: bytes) -> list[dict[str, str]]:
    """Return a feed's entries and tombstones in their order, as flat texts by name.

    `element` is what it is (`entry`, `deleted-entry`, or another word of the tombstones' vocabulary); what stands
    within another element is named by both, as `author.name`. Raises `UnreadableDelivery` for what is no such feed.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # an encoding that there is not, or is not supported
        raise UnreadableDelivery("youtube: not well-formed XML") from error
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []
        self._path: list[str] = []
        self._is_inside = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise UnreadableDelivery("youtube: XML with a document type, which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if (not self._path and name != _FEED) or len(self._path) >= _DEEPEST:
            raise UnreadableDelivery("youtube: no Atom feed")
        local = name.rpartition(" ")[2]
        if len(self._path) == 1:
            self._is_inside = name == _ENTRY or name.startswith(f"{_TOMBSTONES} ")
            if self._is_inside:
                self.found.append({"element": local} | _plain(attributes))
        elif self._is_inside:
            within = ".".join([*self._path[2:], local])
            self.found[-1] |= {f"{within}@{key}": said for key, said in _plain(attributes).items()}
        self._path.append(local)

    def _end(self, _: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._is_inside and len(self._path) > 2:
            name = ".".join(self._path[2:])
            self.found[-1][name] = self.found[-1].get(name, "") + text


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    return {name.rpartition(" ")[2]: said for name, said in attributes.items() if name != "element"}
