"""Who is one person with whom, as a function of what is known of each pair: whatever the order, and exactly undone."""

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework.links import (
    Evidence,
    Link,
    Unique,
    Verdict,
    Word,
    blocked,
    conflict,
    heard,
    judged,
    open_questions,
    people,
    points,
    rests_on,
    shared,
    told_apart,
    unique,
)
from shared.casework.steps import Agent, LinkDecision, Pair, pair
from shared.models import ContactKind, Proof
from shared.playbook import Linking, Playbook
from shared.projection.about import About, KnownContact
from tests.conftest import NOW
from tests.world import playbook

NAMES = tuple(f"counter:shop:{letter}" for letter in "abcde")
A, B, C, D, E = NAMES
RULES = Linking(blocked=("+34900111222", "no-reply@"))


def book(rules: Linking = RULES, version: int = 3) -> Playbook:
    return playbook().model_copy(update={"linking": rules, "version": version})


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def said(decision: str, of: Pair, *, minute: int = 0, step: str = "stp_1") -> LinkDecision:
    return LinkDecision.model_validate(
        {
            "id": step,
            "identity": of[0],
            "at": at(minute),
            "by": Agent(subject="lena"),
            "why": "She told me.",
            "decision": decision,
            "pairs": [of],
        }
    )


def by_rule(of: Pair, *, minute: int = 0) -> Link:
    evidence = Evidence(kind="phone", value="+34600111222", proofs=("platform", "platform"), since=at(minute))
    return Link(pair=of, verdict=Verdict(bond="linked", evidence=(evidence,), since=at(minute), playbook_version=1))


def by_word(of: Pair, decision: str = "linked") -> Link:
    return heard(Link(pair=of), said(decision, of))


def about(identity: str, *contacts: tuple[ContactKind, str, Proof | None], since: datetime = NOW) -> About:
    known = [KnownContact(kind=kind, value=value, proof=proof, since=since) for kind, value, proof in contacts]
    known.sort(key=lambda each: (each.kind, each.value))
    return About(identity=identity, account="shop", first_seen=NOW, contacts=tuple(known))


def verdict(
    one: About, other: About, *, rules: Linking = RULES, crowded: frozenset[tuple[ContactKind, str]] = frozenset()
) -> Verdict | None:
    link = Link(pair=pair(one.identity, other.identity))
    return judged(link, one, other, crowded=crowded, playbook=book(rules)).verdict


PHONE: tuple[ContactKind, str] = ("phone", "+34600111222")
MAIL: tuple[ContactKind, str] = ("email", "ana@example.com")
NUMBER: ContactKind = "customer_number"


def test_what_both_have_proofs_of_links_and_says_by_what_and_since_when() -> None:
    found = verdict(about(A, (*PHONE, "platform")), about(B, (*PHONE, "app_session"), since=at(5)))
    assert found is not None
    assert (found.bond, found.refused, found.since, found.playbook_version) == ("linked", None, at(5), 3)
    assert [(each.value, each.proofs) for each in found.evidence] == [(PHONE[1], ("platform", "app_session"))]


@pytest.mark.parametrize(
    ("mine", "theirs", "refused"),
    [
        pytest.param([(*PHONE, "platform")], [(*PHONE, None)], "claimed", id="typed by one of them"),
        pytest.param([(*MAIL, None)], [(*MAIL, None)], "claimed", id="typed by both"),
        pytest.param(
            [("handle", "ana", "platform")],
            [("handle", "ana", "platform")],
            "not_automatic",
            id="a name may be given on",
        ),
        pytest.param(
            [(*PHONE, "platform"), (NUMBER, "C-1", "app_session")],
            [(*PHONE, "platform"), (NUMBER, "C-2", "app_session")],
            "conflict",
            id="two customer numbers",
        ),
    ],
)
def test_what_proves_less_is_a_suggestion_that_says_why(
    mine: list[tuple[ContactKind, str, Proof | None]],
    theirs: list[tuple[ContactKind, str, Proof | None]],
    refused: str,
) -> None:
    found = verdict(about(A, *mine), about(B, *theirs))
    assert found is not None
    assert (found.bond, found.refused) == ("suggested", refused)


def test_what_is_blocked_or_everybodys_proves_nothing() -> None:
    shop: tuple[ContactKind, str, Proof | None] = ("phone", "+34900111222", "platform")
    robot: tuple[ContactKind, str, Proof | None] = ("email", "no-reply@any.example", "dmarc")
    assert verdict(about(A, shop, robot), about(B, shop, robot)) is None
    theirs: tuple[ContactKind, str, Proof | None] = (*PHONE, "platform")
    assert verdict(about(A, theirs), about(B, theirs), crowded=frozenset({PHONE})) is None
    assert verdict(about(A, theirs), about(B, theirs)) is not None
    assert verdict(about(A), about(B)) is None


def test_a_claimed_customer_number_contradicts_nobody() -> None:
    one = about(A, (*PHONE, "platform"), (NUMBER, "C-1", "app_session"))
    other = about(B, (*PHONE, "platform"), (NUMBER, "C-2", None))
    found = verdict(one, other)
    assert found is not None
    assert found.bond == "linked"


def test_a_blocked_value_is_written_as_people_write_it() -> None:
    rules = Linking(blocked=("+34 900 11 12 22", "No-Reply@", "Shop@Example.com"))
    values: list[tuple[ContactKind, str]] = [
        ("phone", "+34900111222"),
        ("email", "no-reply@bank.example"),
        ("email", "shop@example.com"),
    ]
    assert all(blocked(KnownContact(kind=kind, value=value, since=NOW), rules) for kind, value in values)
    assert not blocked(KnownContact(kind="email", value="ana@example.com", since=NOW), rules)


MOBILE: ContactKind = "phone"
SPELLINGS = [
    pytest.param("+5491123456789", "+541123456789", id="Argentina"),
    pytest.param("+5511987654321", "+551187654321", id="Brazil"),
    pytest.param("+5215512345678", "+525512345678", id="Mexico"),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_of_a_number_are_one_number(one: str, other: str) -> None:
    mine, theirs = about(A, (MOBILE, one, "platform")), about(B, (MOBILE, other, "contact_share"))
    found = verdict(mine, theirs)
    assert found is not None
    assert (found.bond, [each.value for each in found.evidence]) == ("linked", [one])
    link = judged(Link(pair=(A, B)), mine, theirs, crowded=(), playbook=book())
    assert rests_on(link) == shared(mine, theirs) == points(mine).keys()
    assert verdict(mine, theirs, crowded=shared(mine, theirs)) is None


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_whichever_spelling_is_blocked_the_number_is(one: str, other: str) -> None:
    mine, theirs = about(A, (MOBILE, one, "platform")), about(B, (MOBILE, other, "platform"))
    assert verdict(mine, theirs, rules=Linking(blocked=(one,))) is None
    assert verdict(mine, theirs, rules=Linking(blocked=(other,))) is None


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_of_a_number_contradict_nobody(one: str, other: str) -> None:
    rules = Linking(one_per_person=(MOBILE,))
    of_each = {
        identity: unique(about(identity, (MOBILE, value, "platform")), rules)
        for identity, value in ((A, one), (B, other), (C, "+34600111222"))
    }
    assert conflict([A], [B], of_each) is None
    assert conflict([A], [C], of_each) == conflict([B], [C], of_each) == MOBILE


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
@pytest.mark.parametrize("proven_first", [True, False])
def test_of_two_spellings_on_one_identity_the_better_proven_counts(one: str, other: str, *, proven_first: bool) -> None:
    """Whatever was known first, and whichever sorts first: it is one point, with all that is known of either."""
    proofs: tuple[Proof | None, Proof | None] = ("platform", None) if proven_first else (None, "platform")
    late = KnownContact(kind=MOBILE, value=one, proof=proofs[0], since=at(5))
    early = KnownContact(kind=MOBILE, value=other, proof=proofs[1], since=at(1), given_up_at=at(9))
    mine = About(identity=A, account="shop", first_seen=NOW, contacts=(late, early))
    (found,) = points(mine).values()
    assert (found.value, found.proof, found.since, found.until) == (
        one if proven_first else other,
        "platform",
        at(1),
        at(9),
    )
    joint = verdict(mine, about(B, (MOBILE, other, "platform"), since=at(6)))
    assert joint is not None
    assert (joint.bond, joint.since) == ("linked", at(6))


def owned(identity: str, value: str, *, since: int, until: int | None = None) -> About:
    contact = KnownContact(
        kind=MOBILE, value=value, proof="platform", since=at(since), given_up_at=None if until is None else at(until)
    )
    return About(identity=identity, account="shop", first_seen=NOW, contacts=(contact,))


@pytest.mark.parametrize(
    ("given_up", "known", "bond"),
    [
        pytest.param(5, 6, "suggested", id="somebody has it afterwards"),
        pytest.param(5, 5, "linked", id="at that instant both have it"),
        pytest.param(5, 2, "linked", id="both had it before"),
        pytest.param(None, 6, "linked", id="it was never given up"),
    ],
)
def test_a_number_that_was_given_up_links_nobody_who_has_it_afterwards(
    given_up: int | None, known: int, bond: str
) -> None:
    first, second = owned(A, PHONE[1], since=1, until=given_up), owned(B, PHONE[1], since=known)
    found = verdict(first, second)
    assert found is not None
    assert (found.bond, found.refused) == (bond, None if bond == "linked" else "claimed")
    (evidence,) = found.evidence
    assert evidence.proofs == ("platform" if bond == "linked" else None, "platform")
    mirrored = verdict(owned(A, PHONE[1], since=known), owned(B, PHONE[1], since=1, until=given_up))
    assert mirrored is not None
    assert (mirrored.bond, mirrored.since) == (found.bond, found.since)


IDS: ContactKind = "platform_id"


def test_two_whom_the_platform_tells_apart_are_not_one_by_a_number_that_both_had() -> None:
    """A number is given to somebody else in silence; a platform's own ids are not."""
    ana, bob = (about(name, (*PHONE, "platform"), (IDS, own, "platform")) for name, own in ((A, "ES.1"), (B, "ES.9")))
    found = verdict(ana, bob)
    assert found is not None
    assert (found.bond, found.refused) == ("suggested", "conflict")
    moved = about(B, (*PHONE, "platform"), (IDS, "ES.1", "platform"), (IDS, "ES.9", "platform"))
    joint = verdict(ana, moved)
    assert joint is not None
    assert joint.bond == "linked"
    before = about(B, (*PHONE, "platform"))  # as the same person was known when the platform gave no such ids
    assert (found_before := verdict(ana, before)) is not None
    assert found_before.bond == "linked"


def test_the_same_verdict_of_a_newer_playbook_is_the_same_link() -> None:
    one, other = about(A, (*PHONE, "platform")), about(B, (*PHONE, "platform"))
    first = judged(Link(pair=(A, B)), one, other, crowded=(), playbook=book(version=3))
    assert judged(first, one, other, crowded=(), playbook=book(version=4)) == first
    stricter = Linking(automatic=("email",))
    changed = judged(first, one, other, crowded=(), playbook=book(stricter, version=4))
    assert changed.verdict is not None
    assert (changed.bond, changed.verdict.playbook_version) == ("suggested", 4)


def test_a_link_rests_on_what_both_have_as_it_is_indexed() -> None:
    handle: tuple[ContactKind, str, Proof | None] = ("handle", "ana", "platform")
    link = judged(Link(pair=(A, B)), about(A, handle), about(B, handle), crowded=(), playbook=book())
    assert rests_on(link) == {("handle", "counter:ana")}
    assert rests_on(Link(pair=(A, B))) == frozenset()


def test_the_last_word_counts_and_more_than_the_rules() -> None:
    link = by_rule((A, B))
    assert link.bond == "linked"
    parted = heard(link, said("unlinked", (A, B), minute=1, step="stp_2"))
    assert parted.bond == "apart"
    assert heard(parted, said("linked", (A, B), minute=2, step="stp_3")).bond == "linked"
    assert heard(parted, said("linked", (A, B), minute=0, step="stp_1")).bond == "apart"
    assert [word.why for word in parted.words] == ["She told me."]


decisions = st.builds(
    said,
    st.sampled_from(("linked", "unlinked", "dismissed")),
    st.just((A, B)),
    minute=st.integers(0, 3),
    step=st.sampled_from(("stp_1", "stp_2", "stp_3", "stp_4")),
)


@given(st.lists(decisions, max_size=5, unique_by=lambda each: each.id), st.randoms(use_true_random=False))
def test_words_may_come_in_any_order_and_twice(told: list[LinkDecision], random: Random) -> None:
    shuffled = [*told, *told]
    random.shuffle(shuffled)
    one, other = Link(pair=(A, B)), Link(pair=(A, B))
    for each in told:
        one = heard(one, each)
    for each in shuffled:
        other = heard(other, each)
    assert one == other


pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda two: two[0] < two[1])
known = st.one_of(
    st.builds(by_rule, pairs, minute=st.integers(0, 3)),
    st.builds(by_word, pairs, st.sampled_from(("linked", "unlinked", "dismissed"))),
)
graphs = st.lists(known, max_size=8, unique_by=lambda link: link.pair)
numbers = st.dictionaries(
    st.sampled_from(NAMES),
    st.sampled_from(("C-1", "C-2")).map(lambda value: frozenset({((NUMBER, ""), value)})),
    max_size=4,
)


@given(graphs, numbers, st.integers(2, 5), st.randoms(use_true_random=False))
def test_customers_do_not_depend_on_the_order_of_the_links(
    links: list[Link], unique: Unique, most: int, random: Random
) -> None:
    shuffled = list(links)
    random.shuffle(shuffled)
    groups = people(links, unique, most=most)
    assert groups == people(shuffled, unique, most=most)
    for identity, group in groups.items():
        assert identity in group
        assert all(groups[each] == group for each in group)


@given(graphs, numbers, pairs)
def test_a_link_that_is_taken_back_leaves_the_customers_that_there_were(
    links: list[Link], unique: Unique, of: Pair
) -> None:
    others = [link for link in links if link.pair != of]
    before = people(others, unique, most=5)
    parted = people([*others, by_word(of, "unlinked")], unique, most=5)
    alone = {identity: (identity,) for identity in of}
    joined_by_rule = any(not link.words and link.bond == "linked" for link in others)
    if not joined_by_rule:  # what people said of others stands; a rule may not join those whom somebody parted
        assert parted == alone | before


@given(graphs, numbers)
def test_rules_never_join_what_cannot_be_one(links: list[Link], unique: Unique) -> None:
    said_apart = {link.pair for link in links if link.words and link.bond == "apart"}
    by_people = people([link for link in links if link.words], unique, most=5)
    for identity, group in people(links, unique, most=4).items():
        if group != by_people.get(identity, (identity,)):
            bare = {each: by_people.get(each, (each,)) for each in group}
            parts = sorted(set(bare.values()))
            for place, one in enumerate(parts):
                for other in parts[place + 1 :]:
                    assert not (said_apart & {pair(mine, theirs) for mine in one for theirs in other})


def test_a_chain_is_one_customer_and_comes_apart_where_it_is_cut() -> None:
    chain = [by_word((A, B)), by_word((B, C))]
    assert people(chain, {}, most=5)[A] == (A, B, C)
    cut = [by_word((A, B)), by_word((B, C), "unlinked")]
    assert people(cut, {}, most=5) == {A: (A, B), B: (A, B), C: (C,)}
    gone = [by_word((A, B), "unlinked"), by_word((B, C), "unlinked")]
    assert people(gone, {}, most=5) == {A: (A,), B: (B,), C: (C,)}


def test_a_rule_that_would_bring_two_customer_numbers_together_is_not_followed() -> None:
    unique: Unique = {A: frozenset({((NUMBER, ""), "C-1")}), C: frozenset({((NUMBER, ""), "C-2")})}
    links = [by_rule((A, B), minute=1), by_rule((B, C), minute=2)]
    assert people(links, unique, most=5) == {A: (A, B), B: (A, B), C: (C,)}
    earlier = [by_rule((A, B), minute=2), by_rule((B, C), minute=1)]
    assert people(earlier, unique, most=5) == {A: (A,), B: (B, C), C: (B, C)}
    assert people([by_word((A, B)), by_word((B, C))], unique, most=5)[A] == (A, B, C)
    assert conflict([A, B], [C], unique) == NUMBER
    assert conflict([A], [B], unique) is None


def test_no_customer_grows_beyond_the_limit_by_rules_alone() -> None:
    links = [by_rule((A, B), minute=1), by_rule((B, C), minute=2), by_rule((C, D), minute=3)]
    groups = people(links, {}, most=2)
    assert groups == {A: (A, B), B: (A, B), C: (C, D), D: (C, D)}


def test_what_somebody_parted_no_third_one_joins_by_rule() -> None:
    links = [by_word((A, B), "unlinked"), by_rule((A, C), minute=1), by_rule((B, C), minute=2)]
    assert people(links, {}, most=5) == {A: (A, C), B: (B,), C: (A, C)}


def test_a_question_is_what_waits_for_a_persons_word() -> None:
    claimed = judged(Link(pair=(A, D)), about(A, (*MAIL, None)), about(D, (*MAIL, None)), crowded=(), playbook=book())
    answered = by_word((A, C), "dismissed")
    links = [by_rule((A, B)), claimed, answered, Link(pair=(A, E))]
    assert open_questions(links, (A, B)) == [claimed]
    assert open_questions(links, (A,)) == [by_rule((A, B)), claimed]


def test_nobody_is_a_pair_alone() -> None:
    with pytest.raises(ValueError, match="two identities"):
        pair(A, A)
    assert pair(B, A) == (A, B)


def test_a_word_names_its_step() -> None:
    (word,) = by_word((A, B)).words
    assert word == Word(
        at=NOW, step_id="stp_1", identity=A, by=Agent(subject="lena"), decision="linked", why="She told me."
    )


@given(graphs, numbers, pairs, st.sampled_from(("linked", "unlinked")))
def test_what_would_follow_from_a_word_is_what_follows_from_it(
    links: list[Link], unique: Unique, of: Pair, decision: str
) -> None:
    there = {link.pair: link for link in links}
    spoken = heard(there.get(of, Link(pair=of)), said(decision, of, minute=59, step="stp_9"))
    after = people({**there, of: spoken}.values(), unique, most=9)
    assert people(links, unique, most=9, supposing={of: spoken.bond}) == after


def test_who_was_told_apart_is_named_but_for_those_in_question() -> None:
    links = [by_word((A, B), "dismissed"), by_word((B, C), "unlinked"), by_word((A, C)), by_rule((C, D))]
    assert told_apart(links, (A, B, C), but=(A, D)) == [(A, B), (B, C)]
    assert told_apart(links, (A, B, C), but=(A, B)) == [(B, C)]
    assert told_apart(links, (A, C, D), but=(A, D)) == []
