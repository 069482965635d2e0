"""Who somebody is: a join, so that events may come late, twice and in any order."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from shared.contacts import canonical, found_under
from shared.models import PROOFS, Author, Call, ContactKind, ContactPoint, Message, PersonalEvent, ProfileChange
from shared.projection.about import About, KnownContact, fold, joined_contact, strength, to_be_weighed
from shared.projection.conversation import speaks
from shared.projection.known import Known, join, said
from tests import strategies
from tests.conftest import NOW

COMMON = {"external_id": "1", "occurred_at": NOW, "identity": "counter:shop:ana", "account": "shop", "channel": "c"}

written = st.sampled_from(
    (
        "ana@example.com",
        "Ana@Example.com",
        "+34600000000",
        "+34 600 00 00 00",
        "+54 9 11 2345 6789",
        "+541123456789",
        "@ana",
        "@@ana",
        "ana",
        " @ Ana",
        "",
        "ß",
    )
)
contacts = st.builds(
    ContactPoint,
    kind=st.sampled_from(("phone", "email", "handle")),
    value=written.filter(bool) | strategies.identifiers,
    proof=st.none() | st.sampled_from(PROOFS),
)
common: dict[str, SearchStrategy[Any]] = {
    "external_id": st.just("1"),
    "identity": st.just("counter:shop:ana"),
    "account": st.just("shop"),
    "channel": st.just("counter"),
    "occurred_at": st.integers(0, 3).map(lambda second: NOW + timedelta(seconds=second)),
    "author": st.none()
    | st.builds(
        Author, name=st.sampled_from(("Ana", "")), handle=written, contacts=st.lists(contacts, max_size=3).map(tuple)
    ),
}
events = st.one_of(
    st.builds(Message, **common),
    st.builds(Call, status=st.sampled_from(("ringing", "missed")), **common),
    st.builds(
        ProfileChange,
        field=st.sampled_from(("handle", "phone", "email", "name", "picture")),
        previous=st.none() | written,
        current=st.none() | written,
        **common,
    ),
)
CHANGING: tuple[ContactKind, ...] = ("handle", "phone", "email")


def folded(told: list[PersonalEvent]) -> About | None:
    return reduce(fold, told, None)


def kept(kind: ContactKind, value: str | None) -> str | None:
    return canonical(kind=kind, value=value) if value else None


def named(event: PersonalEvent) -> list[ContactPoint]:
    """Return the contact points that an event names, by their definition."""
    listed = [*(event.author.contacts if event.author else ())]
    there = {(point.kind, kept(point.kind, point.value)) for point in listed}
    beside: list[tuple[ContactKind, str]] = [("handle", said(event)["handle"].value)] if "handle" in said(event) else []
    if isinstance(event, ProfileChange):
        changed = [kind for kind in CHANGING if kind == event.field]
        beside += [(kind, value) for kind in changed for value in (event.previous, event.current) if value]
    return listed + [
        ContactPoint(kind=kind, value=value, proof="platform" if kind == "handle" else None)
        for kind, value in beside
        if (kind, kept(kind, value)) not in there
    ]


def given_up(event: PersonalEvent, kind: ContactKind, value: str) -> bool:
    """Return whether an event says that the person has this contact point no more, by its definition."""
    if not isinstance(event, ProfileChange) or event.field != kind or kept(kind, event.previous) != value:
        return False
    after = kept(kind, event.current)
    return after is None or found_under(kind=kind, value=after) != found_under(kind=kind, value=value)


def taken_up(event: PersonalEvent, kind: ContactKind, value: str) -> bool:
    """Return whether a change says that the person has this contact point now, by its definition."""
    return isinstance(event, ProfileChange) and event.field == kind and kept(kind, event.current) == value


def specified(told: list[PersonalEvent]) -> About:
    """Return what is known after these events, by its definition."""
    found: dict[tuple[ContactKind, str], list[tuple[PersonalEvent, ContactPoint]]] = defaultdict(list)
    for event in told:
        for contact in named(event):
            if value := kept(contact.kind, contact.value):
                found[contact.kind, value].append((event, contact))
    return About(
        identity="counter:shop:ana",
        account="shop",
        first_seen=min(event.occurred_at for event in told),
        known=join(*(said(event) for event in told if not speaks(event))),
        contacts=tuple(
            KnownContact(
                kind=kind,
                value=value,
                proof=max((contact.proof for _, contact in found[kind, value]), key=strength),
                since=min(event.occurred_at for event, _ in found[kind, value]),
                given_up_at=max((event.occurred_at for event in told if given_up(event, kind, value)), default=None),
                taken_up_at=max((event.occurred_at for event in told if taken_up(event, kind, value)), default=None),
            )
            for kind, value in sorted(found)
        ),
    )


@given(st.lists(events, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_say_the_same(told: list[PersonalEvent], random: Random) -> None:
    shuffled = [*told, *random.choices(told, k=len(told))]
    random.shuffle(shuffled)
    assert folded(shuffled) == folded(told) == specified(told)


@given(st.lists(events, min_size=1, max_size=4))
def test_an_event_that_is_known_already_changes_nothing(told: list[PersonalEvent]) -> None:
    about = folded(told)
    assert all(fold(about, event) == about for event in told)


@given(st.lists(events, min_size=1, max_size=4))
def test_what_is_known_survives_being_kept_as_text(told: list[PersonalEvent]) -> None:
    about = folded(told)
    assert about is not None
    text = about.model_dump_json(exclude_defaults=True)
    again = About.model_validate_json(text)
    assert again == about
    assert again.model_dump_json(exclude_defaults=True) == text


@pytest.mark.parametrize("verified", [(False, True), (True, False), (False, False)])
def test_a_claimed_contact_becomes_verified_and_never_the_other_way(verified: tuple[bool, bool]) -> None:
    email = ContactPoint(kind="email", value="ana@example.com")
    told: list[PersonalEvent] = [
        Message.model_validate(
            COMMON | {"author": Author(contacts=(email.model_copy(update={"proof": "dmarc" if attested else None}),))}
        )
        for attested in verified
    ]
    about = folded(told)
    assert about is not None
    (contact,) = about.contacts
    assert (contact.value, contact.verified) == ("ana@example.com", any(verified))


def test_what_a_message_says_of_its_author_stays_with_the_conversation() -> None:
    """A head is written with each message anyway; a second write for the same name would double the cost."""
    about = fold(None, Message.model_validate(COMMON | {"author": Author(name="Ana", language="es")}))
    assert about.known == {}
    about = fold(about, ProfileChange.model_validate(COMMON | {"field": "name", "current": "Ana T."}))
    assert about.known == {"name": Known(at=NOW, value="Ana T.")}


def test_a_handle_that_the_platform_tells_finds_the_person_and_the_older_one_still_does() -> None:
    about = fold(None, Message.model_validate(COMMON | {"author": Author(handle="AnaTorres")}))
    about = fold(about, ProfileChange.model_validate(COMMON | {"field": "handle", "current": "@ana.torres"}))
    assert about.contacts == (
        KnownContact(kind="handle", value="ana.torres", proof="platform", since=NOW, taken_up_at=NOW),
        KnownContact(kind="handle", value="anatorres", proof="platform", since=NOW),
    )


def test_what_was_given_up_is_remembered_with_the_instant() -> None:
    later = NOW + timedelta(hours=1)
    number = ContactPoint(kind="phone", value="+34600111222", proof="platform")
    about = fold(None, Message.model_validate(COMMON | {"author": Author(contacts=(number,))}))
    assert [contact.until for contact in about.contacts] == [None]
    moved = {"field": "phone", "previous": "+34600111222", "current": "+34600333444", "occurred_at": later}
    about = fold(about, ProfileChange.model_validate(COMMON | moved))
    assert about.contacts == (
        KnownContact(kind="phone", value="+34600111222", proof="platform", since=NOW, given_up_at=later),
        KnownContact(kind="phone", value="+34600333444", since=later, taken_up_at=later),
    )
    assert (about.contacts[0].held_at(later), about.contacts[0].held_at(later + timedelta(seconds=1))) == (True, False)
    assert about.contacts[1].held_at(later + timedelta(days=999))


OLD, NEW = "+34600111222", "+34600333444"


def changed(minute: int, previous: str | None, current: str | None) -> ProfileChange:
    said = {"field": "phone", "previous": previous, "current": current, "occurred_at": minutes(minute)}
    return ProfileChange.model_validate(COMMON | said)


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


def until(about: About | None) -> dict[str, datetime | None]:
    assert about is not None
    return {contact.value: contact.until for contact in about.contacts}


def test_what_was_given_up_and_taken_up_again_is_the_persons_again_whichever_is_told_first() -> None:
    away, back = changed(1, OLD, NEW), changed(5, NEW, OLD)
    for told in ([away, back], [back, away], [back, away, back, away]):
        about = folded([*told])
        assert until(about) == {OLD: None, NEW: minutes(5)}
        assert about is not None
        (old, new) = about.contacts
        assert [old.held_at(minutes(at)) for at in (0, 1, 2, 4, 5, 99)] == [True, True, False, False, True, True]
        assert [new.held_at(minutes(at)) for at in (0, 5, 6, 99)] == [True, True, False, False]


@given(st.lists(st.sampled_from((OLD, NEW)), min_size=2, max_size=7), st.data())
def test_however_often_a_number_was_changed_and_changed_back_the_last_one_is_the_persons(
    had: list[str], data: st.DataObject
) -> None:
    """In any order, and however often a change is told; the instants are those of the changes."""
    told = [changed(minute, before, after) for minute, (before, after) in enumerate(pairwise(had), start=1)]
    found = folded([*data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told)))]))])
    assert found == folded([*told]) == specified([*told])
    left = {before: minutes(minute) for minute, (before, after) in enumerate(pairwise(had), 1) if before != after}
    assert until(found) == {number: None if number == had[-1] else left[number] for number in {*had}}
    assert found is not None
    assert all(each.held_at(minutes(len(had))) is (each.value == had[-1]) for each in found.contacts)


def test_of_a_number_that_is_given_up_and_taken_up_at_one_instant_nobody_is_told_that_it_is_theirs() -> None:
    for told in ([changed(1, OLD, NEW), changed(1, NEW, OLD)], [changed(1, NEW, OLD), changed(1, OLD, NEW)]):
        assert until(folded([*told])) == {OLD: minutes(1), NEW: minutes(1)}


def test_a_number_that_is_taken_up_again_in_another_spelling_is_taken_up_again() -> None:
    one, other = "+5491123456789", "+541123456789"
    about = folded([changed(1, one, NEW), changed(2, NEW, other)])
    assert about is not None
    joint = reduce(joined_contact, (each for each in about.contacts if each.value != NEW))
    assert (joint.since, joint.until, joint.held_at(minutes(3))) == (minutes(1), None, True)


def test_what_a_message_says_of_a_number_that_was_given_up_does_not_take_it_up() -> None:
    """A late copy of it says the same; the item is not written with every message to tell the two apart."""
    number = Author(contacts=(ContactPoint(kind="phone", value=OLD, proof="platform"),))
    message = Message.model_validate(COMMON | {"author": number, "occurred_at": minutes(9)})
    told: list[PersonalEvent] = [changed(1, OLD, NEW), message]
    assert [until(folded(order))[OLD] for order in (told, told[::-1])] == [minutes(1), minutes(1)]


def test_whoever_never_changed_anything_has_no_more_kept_of_them() -> None:
    number = Author(handle="ana", contacts=(ContactPoint(kind="phone", value=OLD, proof="platform"),))
    about = fold(None, Message.model_validate(COMMON | {"author": number}))
    assert [each.model_dump(exclude_defaults=True).keys() for each in about.contacts] == [
        {"kind", "value", "proof", "since"}
    ] * 2


def test_another_spelling_of_a_number_is_not_another_number() -> None:
    moved = {"field": "phone", "previous": "+5491123456789", "current": "+541123456789"}
    about = fold(None, ProfileChange.model_validate(COMMON | moved))
    assert [(contact.value, contact.until) for contact in about.contacts] == [
        ("+541123456789", None),
        ("+5491123456789", None),
    ]


def test_what_is_given_up_and_what_is_taken_up_is_to_be_weighed_again() -> None:
    before = fold(None, Message.model_validate(COMMON | {"author": Author(handle="ana")}))
    after = fold(before, ProfileChange.model_validate(COMMON | {"field": "handle", "previous": "ana"}))
    assert to_be_weighed(before, after).unweighed == (("handle", "counter:ana"),)
    again = fold(after, ProfileChange.model_validate(COMMON | {"field": "handle", "current": "ana"}))
    assert to_be_weighed(after, again).unweighed == (("handle", "counter:ana"),)
    assert to_be_weighed(after, fold(after, Message.model_validate(COMMON))).unweighed == ()


def test_a_handle_that_the_app_only_claims_is_not_made_the_platforms_word() -> None:
    """Of its own list of contact points the platform says what each is worth."""
    claimed = Author(handle="Ana", contacts=(ContactPoint(kind="handle", value="@ana"),))
    assert [contact.proof for contact in fold(None, Message.model_validate(COMMON | {"author": claimed})).contacts] == [
        None
    ]


def test_what_can_be_no_contact_point_is_left_out() -> None:
    points = (
        ContactPoint(kind="phone", value="call me"),
        ContactPoint(kind="email", value="ana"),
        ContactPoint(kind="handle", value="@"),
    )
    assert fold(None, Message.model_validate(COMMON | {"author": Author(contacts=points)})).contacts == ()
