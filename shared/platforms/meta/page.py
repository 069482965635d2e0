"""What people write in public on a Facebook Page: posts, comments, mentions and reviews.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page
"""

from pydantic import AliasChoices, AliasPath, AwareDatetime, Field

from shared.models import Attachment, Author, Deletion, Direction, Edit, Event, Message, ProfileChange, Reaction
from shared.platforms import Handler, Unit, ignored
from shared.platforms.meta.reading import Frame, Id, Wire, author_of, derived_id, digest, ignore


class _Change(Wire):
    """One change to something on a Page. `feed`, `mention` and `ratings` have one vocabulary."""

    item: str
    # Before version 2.11 of the Graph API there was no `from`, and reviews have never had one.
    person: Id = Field(
        None, validation_alias=AliasChoices(AliasPath("from", "id"), "sender_id", "reviewer_id", "user_id")
    )
    name: Id = Field(None, validation_alias=AliasChoices(AliasPath("from", "name"), "sender_name", "reviewer_name"))
    comment_id: Id = None
    post_id: Id = None
    parent_id: Id = None
    open_graph_story_id: Id = None
    created_time: AwareDatetime | None = None
    text: str = Field("", validation_alias=AliasChoices("message", "review_text"))
    photo: str | None = None
    photos: tuple[str, ...] = ()
    video: str | None = None
    link: str | None = None
    media_id: Id = Field(None, validation_alias=AliasChoices("photo_id", "video_id", "share_id"))
    permalink_url: str | None = None
    reaction_type: str = "like"
    recommendation_type: str | None = None
    rating: str | None = None

    @property
    def stars(self) -> int | None:
        """The stars of a review, which older ones have; a recommendation is none."""
        return int(self.rating) if self.rating in _STARS else None

    @property
    def review(self) -> str | None:
        """The review's id, by which the review itself goes; what hangs from it names it inside its post id."""
        return self.open_graph_story_id or (self.post_id.rpartition("_")[2] if self.post_id else None)


_STARS = frozenset("12345")


def _said(unit: Unit) -> list[Event]:
    change, what, frame, direction = _read(unit)
    return [
        Message(
            **frame,
            external_id=what,
            direction=direction,
            visibility="public",
            text=change.text,
            attachments=_attachments(change),
            rating=change.stars,
            reply_to=_answered(unit, change),
            permalink=change.permalink_url or (None if _is_review(unit) else f"https://www.facebook.com/{what}"),
        )
    ]


def _edited(unit: Unit) -> list[Event]:
    return [_restated(unit, "edit")]


def _shown(unit: Unit) -> list[Event]:
    # Visible again. The one word that takes a deletion back is what the text says now.
    restated = _restated(unit, "shown")
    if not restated.text and not restated.attachments:
        return [ignored(unit, "visible again, without saying what it says", restated.external_id)]
    return [restated]


def _restated(unit: Unit, version: str) -> Edit:
    change, what, frame, direction = _read(unit)
    return Edit(
        **_noticed(frame, unit),
        # Facebook numbers no versions, and `created_time` is mostly that of the first one.
        external_id=f"{what}:{version}:{digest(unit.value)}",
        direction=direction,
        target=what,
        text=change.text,
        attachments=_attachments(change),
        rating=change.stars,
    )


def _removed(unit: Unit) -> list[Event]:
    _, what, frame, direction = _read(unit)
    return [Deletion(**_noticed(frame, unit), external_id=f"{what}:removed", direction=direction, target=what)]


def _hidden(unit: Unit) -> list[Event]:
    _, what, frame, _ = _read(unit)
    # Whoever hides is the Page, or Facebook on its behalf; the author has taken nothing back.
    external_id = f"{what}:hidden:{digest(unit.value)}"
    return [Deletion(**_noticed(frame, unit), external_id=external_id, direction="outbound", target=what)]


def _reacted(unit: Unit) -> list[Event]:
    return _sign(unit, removed=False)


def _took_back(unit: Unit) -> list[Event]:
    return _sign(unit, removed=True)


def _sign(unit: Unit, *, removed: bool) -> list[Event]:
    change = _Change.model_validate(unit.value)
    if change.person is None:
        return [ignored(unit, "a reaction of somebody whom Facebook does not name", derived_id(unit))]
    if not (change.comment_id or change.post_id or change.open_graph_story_id):
        return [_liked_page(unit, change, removed=removed)]
    change, what, frame, direction = _read(unit)
    sign = change.reaction_type
    external_id = f"{what}:reaction:{change.person}:{sign}{':removed' if removed else ''}"
    return [Reaction(**frame, external_id=external_id, direction=direction, target=what, emoji=sign, removed=removed)]


def _liked_page(unit: Unit, change: _Change, *, removed: bool) -> ProfileChange:
    before, after = ("like", None) if removed else (None, "like")
    frame = _frame(unit, change, person=change.person or "", thread="direct")
    return ProfileChange(**frame, external_id=derived_id(unit), field="follow", previous=before, current=after)


def _read(unit: Unit) -> tuple[_Change, str, Frame, Direction]:
    """Return the change, the id of what it is about, whose it is, and whether that is the company itself.

    What the Page itself writes names no customer, not even in an answer: only `parent_id` says what it answers. It is
    kept under the Page's own identity, `facebook:<page>:<page>`, with `reply_to`. Under any other, somebody would be
    shown as answered whom nobody may have answered; ignored, the company's own words would be lost.
    """
    change = _Change.model_validate(unit.value)
    thread = change.review if _is_review(unit) else change.post_id
    what = change.comment_id or thread
    if what is None:
        raise ValueError("a change to nothing")
    person = change.person or author_of(what)
    frame = _frame(unit, change, person=person, thread=thread or what)
    return change, what, frame, "outbound" if person == unit.account else "inbound"


def _frame(unit: Unit, change: _Change, *, person: str, thread: str) -> Frame:
    return Frame(
        identity=f"facebook:{unit.account}:{person}",
        account=unit.account,
        channel="facebook_review" if _is_review(unit) else "facebook_comment",
        thread=thread,
        author=Author(name=change.name) if change.name and person != unit.account else None,
        occurred_at=change.created_time or unit.at,
        dated=change.created_time is not None,
    )


def _noticed(frame: Frame, unit: Unit) -> Frame:
    """Return the frame of something that Facebook does not date: it sends along when the text was first written."""
    return {**frame, "occurred_at": unit.at, "dated": False}


def _is_review(unit: Unit) -> bool:
    return unit.name.startswith("ratings.")


def _answered(unit: Unit, change: _Change) -> str | None:
    if _is_review(unit) and change.comment_id and change.parent_id == change.post_id:
        return change.review
    return change.parent_id


def _attachments(change: _Change) -> tuple[Attachment, ...]:
    kind = change.item if change.item in {"photo", "video", "share"} else "link"
    return (
        *(Attachment(type="photo", url=url) for url in (change.photo, *change.photos) if url),
        *(Attachment(type="video", url=url) for url in (change.video,) if url),
        *(Attachment(type=kind, id=change.media_id, url=url) for url in (change.link,) if url),
        *(
            Attachment(type="rating", text=judgement.lower())
            for judgement in (change.recommendation_type, change.rating)
            if judgement
        ),
    )


_OWN_ANNOUNCEMENT = ignore("an album or event that the Page itself announces")
_COPYRIGHT = ignore("Facebook's copyright check of the Page's own video")

_PUBLICATIONS = ("comment", "link", "photo", "post", "share", "status", "video")
_VERBS: dict[str, Handler] = {
    "add": _said,
    "edit": _edited,
    "edited": _edited,
    "remove": _removed,
    "delete": _removed,
    "hide": _hidden,
    "unhide": _shown,
}
_SIGNS: dict[str, Handler] = {"add": _reacted, "edit": _reacted, "edited": _reacted, "remove": _took_back}

EVENTS: dict[str, Handler] = {
    **{f"feed.{item}.{verb}": reader for item in _PUBLICATIONS for verb, reader in _VERBS.items()},
    **{f"mention.{item}.{verb}": reader for item in ("comment", "post") for verb, reader in _VERBS.items()},
    **{f"ratings.{item}.{verb}": reader for item in ("comment", "rating") for verb, reader in _VERBS.items()},
    **{
        f"{field}.{sign}.{verb}": reader
        for field in ("feed", "ratings")
        for sign in ("like", "reaction")
        for verb, reader in _SIGNS.items()
    },
    **{f"feed.{item}.{verb}": _OWN_ANNOUNCEMENT for item in ("album", "event") for verb in _VERBS},
    **{f"feed.video.{verb}": _COPYRIGHT for verb in ("block", "mute", "unblock", "unmute")},
    "leadgen": ignore("a lead form was filled in: its answers have to be fetched, nobody wrote to the Page"),
}
