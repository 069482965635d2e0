"""Who somebody is: a join, so that events may come late, twice and in any order."""

from datetime import timedelta
from functools import reduce
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from shared.contacts import canonical
from shared.models import Author, Call, ContactPoint, Message, PersonalEvent, ProfileChange
from shared.projection.about import About, fold
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
    verified=st.booleans(),
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
        ProfileChange, field=st.sampled_from(("handle", "name", "picture")), current=st.none() | written, **common
    ),
)


def folded(told: list[PersonalEvent]) -> About | None:
    return reduce(fold, told, None)


def specified(told: list[PersonalEvent]) -> About:
    """Return what is known after these events, by its definition."""
    heard = [contact for event in told if event.author for contact in event.author.contacts]
    handles = [said(event)["handle"].value for event in told if "handle" in said(event)]
    heard += [ContactPoint(kind="handle", value=handle, verified=True) for handle in handles]
    found = {(contact.kind, canonical(kind=contact.kind, value=contact.value)) for contact in heard}
    return About(
        identity="counter:shop:ana",
        account="shop",
        first_seen=min(event.occurred_at for event in told),
        known=join(*(said(event) for event in told if not speaks(event))),
        contacts=tuple(
            ContactPoint(
                kind=kind,
                value=value,
                verified=any(
                    contact.verified
                    for contact in heard
                    if (contact.kind, canonical(kind=contact.kind, value=contact.value)) == (kind, value)
                ),
            )
            for kind, value in sorted((kind, value) for kind, value in found if value)
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
    told: list[PersonalEvent] = [
        Message.model_validate(
            COMMON
            | {"author": Author(contacts=(ContactPoint(kind="email", value="Ana@example.com", verified=attested),))}
        )
        for attested in verified
    ]
    about = folded(told)
    assert about is not None
    assert about.contacts == (ContactPoint(kind="email", value="ana@example.com", verified=any(verified)),)


def test_what_a_message_says_of_its_author_stays_with_the_conversation() -> None:
    """A head is written with each message anyway; a second write for the same name would double the cost."""
    about = fold(None, Message.model_validate(COMMON | {"author": Author(name="Ana", language="es")}))
    assert about.known == {}
    about = fold(about, ProfileChange.model_validate(COMMON | {"field": "name", "current": "Ana T."}))
    assert about.known == {"name": Known(at=NOW, value="Ana T.")}


def test_a_handle_that_the_platform_tells_finds_the_person_and_the_older_one_still_does() -> None:
    about = fold(None, Message.model_validate(COMMON | {"author": Author(handle="AnaTorres")}))
    about = fold(about, ProfileChange.model_validate(COMMON | {"field": "handle", "current": "@ana.torres"}))
    assert about.contacts == tuple(
        ContactPoint(kind="handle", value=value, verified=True) for value in ("ana.torres", "anatorres")
    )


def test_what_can_be_no_contact_point_is_left_out() -> None:
    points = (
        ContactPoint(kind="phone", value="call me"),
        ContactPoint(kind="email", value="ana"),
        ContactPoint(kind="handle", value="@"),
    )
    assert fold(None, Message.model_validate(COMMON | {"author": Author(contacts=points)})).contacts == ()
