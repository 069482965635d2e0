"""Arbitrary steps, for properties."""

from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from shared.casework.steps import (
    Act,
    Agent,
    CaseMove,
    Commitment,
    CommitmentEnd,
    CommitmentMove,
    Consent,
    LinkDecision,
    Need,
    Note,
    ReplyAsked,
    ReplyMove,
    Step,
    pair,
)
from shared.playbook import PRIORITIES
from shared.replying import Template
from tests.strategies import identifiers, instants, optional_texts, texts

departments = st.from_regex(r"\A[a-z][a-z0-9_]{0,30}\Z")
agents = st.builds(Agent, subject=identifiers, department=st.none() | departments)
numbers = st.integers(1, 999_999)
templates = st.builds(
    Template, name=identifiers, language=identifiers, parameters=st.lists(texts, max_size=2).map(tuple)
)
pairs = st.lists(identifiers, min_size=2, max_size=2, unique=True).map(lambda two: pair(*two))

_OWN: dict[type[Step], dict[str, SearchStrategy[Any]]] = {
    Note: {"text": identifiers, "escalation_id": optional_texts},
    Commitment: {
        "stance": st.sampled_from(["promise", "refusal"]),
        "matter": identifiers,
        "text": identifiers,
        "until": st.none() | instants,
        "escalation_id": optional_texts,
    },
    CommitmentEnd: {"commitment_id": identifiers, "outcome": st.sampled_from(["kept", "withdrawn"])},
    CommitmentMove: {"commitment_id": identifiers, "until": instants},
    Need: {"topic": identifiers, "text": identifiers, "event_key": optional_texts},
    Consent: {"purpose": identifiers, "given": st.booleans(), "evidence": identifiers},
    LinkDecision: {
        "decision": st.sampled_from(["linked", "unlinked", "dismissed"]),
        "pairs": st.lists(pairs, min_size=1, max_size=3).map(tuple),
        "despite": optional_texts,
    },
    CaseMove: {
        "escalation_id": identifiers,
        "number": numbers,
        "act": st.sampled_from(get_args(Act)),
        "to": st.none() | departments,
        "priority": st.none() | st.sampled_from(PRIORITIES),
        "due_by": st.none() | instants,
        "evidence": optional_texts,
    },
    ReplyAsked: {
        "channel": identifiers,
        "account": identifiers,
        "thread": identifiers,
        "text": texts,
        "template": st.none() | templates,
        "privately": st.booleans(),
        "reply_to": optional_texts,
        "escalation_id": optional_texts,
        "automatic": st.booleans(),
    },
    ReplyMove: {
        "reply_id": identifiers,
        "number": numbers,
        "act": st.sampled_from(get_args(ReplyMove.model_fields["act"].annotation)),
        "external_id": optional_texts,
        "sent_at": st.none() | instants,
        "address": optional_texts,
        "code": optional_texts,
    },
}


def steps(**fields: SearchStrategy[Any]) -> SearchStrategy[Step]:
    """Return arbitrary steps of every kind; `fields` narrow those that every step has."""
    common: dict[str, SearchStrategy[Any]] = {
        "id": identifiers,
        "identity": identifiers,
        "at": instants,
        "by": agents,
        "why": texts,
    }
    return st.one_of(*(st.builds(kind, **common | own | fields) for kind, own in _OWN.items()))
