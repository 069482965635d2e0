"""What is shown with a post or a direct message: pictures with their descriptions, films, links, posts that are quoted.

Sources: the lexicons app.bsky.embed.* and app.bsky.richtext.facet. Where Bluesky's own servers hand out a picture
stands in bluesky-social/atproto, packages/bsky/src/image/uri.ts.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.models import Attachment
from shared.platforms.bluesky.addresses import POST
from shared.platforms.bluesky.payload import objects

_PICTURES = "https://cdn.bsky.app/img/feed_fullsize/plain"
_WEB = ("http://", "https://")
_DEEPEST = 3

type _Shown = Iterator[Attachment]


def attachments(text: str, facets: Any, embed: Any, author: str) -> tuple[Attachment, ...]:
    """Return what is shown beside a text of the author's, whose DID this is."""
    return (*_links(text, facets), *_embedded(embed, author, _DEEPEST))


def mentioned(facets: Any) -> Iterator[str]:
    """Yield the DIDs of those whom a text names."""
    for feature in _features(facets, "mention"):
        if isinstance(feature.get("did"), str):
            yield feature["did"]


def quoted(embed: Any) -> Iterator[str]:
    """Yield the URIs of the posts that are quoted."""
    yield from (shown.id for shown in _embedded(embed, "", _DEEPEST) if shown.type == "record" and shown.id)


def permalink(uri: str) -> str | None:
    """Return where a post is shown to people; none for anything else."""
    found = POST.fullmatch(uri)
    return f"https://bsky.app/profile/{found[1]}/post/{found[2]}" if found else None


def _features(facets: Any, kind: str) -> Iterator[Mapping[str, Any]]:
    for facet in objects(facets):
        for feature in objects(facet.get("features")):
            if feature.get("$type") == f"app.bsky.richtext.facet#{kind}":
                yield feature


def _links(text: str, facets: Any) -> _Shown:
    """Yield the links of which the text shows only a part."""
    for feature in _features(facets, "link"):
        uri = feature.get("uri")
        if isinstance(uri, str) and uri.startswith(_WEB) and uri not in text:
            yield Attachment(type="link", url=uri)


def _embedded(embed: Any, author: str, deep: int) -> _Shown:
    if not isinstance(embed, dict) or not deep:
        return
    name = str(embed.get("$type", "")).removeprefix("app.bsky.embed.").removesuffix("#view")
    if shows := _SHOWS.get(name):
        yield from shows(embed, author, deep)


def _images(embed: Mapping[str, Any], author: str, _: int) -> _Shown:
    for image in (*objects(embed.get("images")), *objects(embed.get("items"))):
        yield from _blob("image", image.get("image"), image.get("alt"), author)


def _video(embed: Mapping[str, Any], author: str, _: int) -> _Shown:
    yield from _blob("video", embed.get("video"), embed.get("alt"), author)


def _blob(kind: str, blob: Any, alt: Any, author: str) -> _Shown:
    described = alt if isinstance(alt, str) and alt else None
    match blob:
        case {"ref": {"$link": str(cid)}, **about}:
            mime = about.get("mimeType")
            yield Attachment(
                type=kind,
                id=cid,
                url=f"{_PICTURES}/{author}/{cid}" if kind == "image" else None,
                mime_type=mime if isinstance(mime, str) else None,
                text=described,
            )


def _external(embed: Mapping[str, Any], _: str, __: int) -> _Shown:
    match embed.get("external"):
        case {"uri": str(uri), **about}:
            words = [about.get("title"), about.get("description")]
            said = "\n".join(each for each in words if isinstance(each, str) and each)
            yield Attachment(type="external", url=uri if uri.startswith(_WEB) else None, text=said or None)


def _record(embed: Mapping[str, Any], _: str, __: int) -> _Shown:
    match embed.get("record"):
        case {"uri": str(uri)} | {"record": {"uri": str(uri)}} if uri:
            yield Attachment(type="record", id=uri, url=permalink(uri))


def _both(embed: Mapping[str, Any], author: str, deep: int) -> _Shown:
    yield from _record(embed, author, deep)
    yield from _embedded(embed.get("media"), author, deep - 1)


_SHOWS: Mapping[str, Callable[[Mapping[str, Any], str, int], _Shown]] = {
    "images": _images,
    "gallery": _images,
    "video": _video,
    "external": _external,
    "record": _record,
    "recordWithMedia": _both,
}
