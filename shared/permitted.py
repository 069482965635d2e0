"""What may be said where, before anybody tries: the rules of a channel, held against a draft and a place."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.lengths import is_blank
from shared.replying import Draft, Place, Refusal, Refused, Rules


def check_by_rules(rules: Rules | None, draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why a draft may not be said in a place, as far as its channel's rules tell, or none.

    The first of the reasons counts, in the order in which they could be mended: where nothing may be said at all, no
    text is too long.
    """
    if rules is None:
        return _UNKNOWN
    return next((refusal for reason in _REASONS for refusal in reason(rules, draft, place, now)), None)


def no_way_to_say(rules: Rules | None, draft: Draft, place: Place) -> Refused | None:
    """Return why a draft cannot be put into a request to the platform at all, or none: what would become something else
    than what was meant, such as an answer without what it answers, must not be sent to see what happens."""
    if rules is None:
        return refused(_UNKNOWN)
    found = (refusal for reason in _NO_WAY for refusal in reason(rules, draft, place))
    return next(map(refused, found), None)


def refused(refusal: Refusal) -> Refused:
    """Return what became of a reply that was not sent, since this stands against it."""
    return Refused(code=refusal.code, sentence=refusal.sentence)


_UNKNOWN = Refusal(
    code="unknown_channel",
    sentence="the platform speaks through no channel of that name: answer on one that the message came through",
)

type _Found = Iterator[Refusal]


def _empty(_: Rules, draft: Draft, *__: object) -> _Found:
    if draft.template is None and is_blank(draft.text):
        yield Refusal(code="empty", sentence="there is nothing in it that could be read: write a text")
    if draft.template is not None and any(map(is_blank, draft.template.parameters)):
        yield Refusal(code="empty", sentence="one of the template's parameters is empty: fill all of them in")


def _template(rules: Rules, draft: Draft, *_: object) -> _Found:
    if draft.template is not None and not rules.templates:
        yield Refusal(code="no_templates", sentence="this channel has no templates: write a text instead")


def _window(rules: Rules, draft: Draft, place: Place, now: datetime) -> _Found:
    if rules.window is None or draft.template is not None or draft.privately:
        return
    longer = rules.lasts_by_a_person(place.rights) or rules.window
    lasts = longer if draft.by_a_person else rules.window
    last = place.last_inbound_at
    if last is not None and now < last + lasts:
        return
    by_a_person = last is not None and now < last + longer
    lacks_right = draft.by_a_person and last is not None and rules.by_a_person and now < last + rules.by_a_person
    yield Refusal(
        code="window_closed",
        sentence=f"the customer may be written to for {_spelt(lasts)} after their last message here, and "
        + ("that is over" if last else "has written none")
        + _remedy(template=rules.templates, by_a_person=by_a_person)
        + (_granted(rules) if lacks_right else ""),
        expired_at=last + lasts if last else None,
        alternatives=(*(["template"] if rules.templates else []), *(["by_a_person"] if by_a_person else [])),
    )


def _remedy(*, template: bool, by_a_person: bool) -> str:
    """Return what can be done about a window that is closed."""
    if template:
        return ": send an approved template, or wait until they write again"
    if by_a_person:
        return ": only what a person writes is still let through"
    return ": wait until they write again, or write to them where else they are known"


def _granted(rules: Rules) -> str:
    """Return what would have to be granted for something to be let through that a person wrote."""
    assert rules.by_a_person, "there is something to be granted"
    return (
        f". What a person writes is let through for {_spelt(rules.by_a_person)} once the platform has granted that to "
        f'the company and the account in the playbook has rights = ["{rules.right}"]'
    )


def _nothing_to_answer(rules: Rules, _: Draft, place: Place, *__: object) -> _Found:
    if rules.answers and place.reply_to is None:
        yield Refusal(
            code="nothing_to_answer",
            sentence="what is said here answers a message: name the one that is answered",
        )


def _summoned(rules: Rules, draft: Draft, place: Place, *__: object) -> _Found:
    if rules.only_summoned and place.summoned is False and not draft.privately:
        privately = rules.private_answer is not None
        yield Refusal(
            code="not_summoned",
            sentence="the message neither names the account nor quotes it, and the platform lets no program answer it: "
            "answer it " + ("in private, or " if privately else "") + "in the platform's own app",
            alternatives=("privately",) if privately else (),
        )


def _not_privately(rules: Rules, draft: Draft, place: Place, *_: object) -> _Found:
    if not draft.privately:
        return
    if place.visibility == "private":
        yield Refusal(code="no_private_answer", sentence="this conversation is private already: send it as it is")
    elif rules.private_answer is None:
        sentence = "what is public here cannot be answered in private: answer it in public"
        yield Refusal(code="no_private_answer", sentence=sentence, alternatives=("publicly",))


def _privately_no_more(rules: Rules, draft: Draft, place: Place, now: datetime) -> _Found:
    private = rules.private_answer
    if not draft.privately or private is None:
        return
    if private.once and place.answered_privately:
        yield Refusal(
            code="answered_already",
            sentence="this message has had its one private answer: wait until the customer writes back, or answer it "
            "in public",
            alternatives=("publicly",),
        )
    elif place.reply_to_at is not None and now >= place.reply_to_at + private.within:
        yield Refusal(
            code="window_closed",
            sentence=f"a public message may be answered in private for {_spelt(private.within)}, and that is "
            "over: answer it in public",
            expired_at=place.reply_to_at + private.within,
            alternatives=("publicly",),
        )


def _too_long(rules: Rules, draft: Draft, *_: object) -> _Found:
    if draft.template is not None:
        return
    limits = rules.limits_of(draft)
    has = limits.unit.count(draft.text)
    if has > limits.longest:
        yield Refusal(
            code="too_long",
            sentence=f"the text has {has} {limits.unit.spelt}, and {limits.longest} are let through: "
            f"shorten it by {has - limits.longest}",
            alternatives=("shorter",),
        )


_NO_WAY = (_template, _nothing_to_answer, _not_privately)
_REASONS = (
    _empty,
    _template,
    _window,
    _nothing_to_answer,
    _summoned,
    _not_privately,
    _privately_no_more,
    _too_long,
)


def _spelt(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
