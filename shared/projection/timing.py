"""What clocks go by, from everything that the table holds of one identity: pure, and the same in whatever order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from shared.casework.arrival import Arrivals
from shared.casework.replies import as_message
from shared.casework.steps import CaseMove
from shared.clocks.happenings import Happening, What, of_case, of_event
from shared.escalation import Escalation
from shared.listening import hearing
from shared.models import Message, PersonalEvent, Receipt
from shared.playbook import Playbook
from shared.projection import lost_answers, replies
from shared.projection.computed_replies import Heard, hear_all, is_automatic, is_said
from shared.projection.lost_answers import has_failed
from shared.projection.replies import Ours
from shared.store import journal, keys, steps
from shared.store.journal import Entry
from shared.store.table import Item
from shared.triage import assess


class Talk(NamedTuple):
    """One conversation of an identity."""

    channel: str
    thread: str


def talks(items: Iterable[Item], playbook: Playbook) -> dict[Talk, list[Happening]]:
    """Return what happened in each conversation of an identity, by all its items.

    `playbook` says how pressing a message is. What answers a customer is what their conversation's head has as an
    answer, whatever told us of it (the platform's answer, an echo or a receipt), unless the platform says that it did
    not reach them. A reply that we sent counts once, at the last instant at which it is known to have been said; what
    no person wrote stops no clock. A case goes with the conversation of the event that it rests on.
    """
    rows = list(items)
    entries = [journal.entry(row) for row in rows if _begins(row, keys.EVENT_PREFIX)]
    named = [entry for entry in entries if entry.event.names_a_customer]
    taken = [steps.read(row) for row in rows if _begins(row, keys.STEP_PREFIX)]
    cases = [Escalation.stored(row["state"]["S"]) for row in rows if _begins(row, keys.ESCALATION_PREFIX)]
    heard = hear_all(named, taken, replies.heads(rows))
    elsewhere = {row["sk"]["S"]: Ours.stored(row["state"]["S"]) for row in rows if _begins(row, keys.SENT_PREFIX)}
    told = {entry.key.sk: entry.event for entry in named}
    arrivals = Arrivals(entry.event for entry in named if isinstance(entry.event, Receipt))
    moved = [step for step in taken if isinstance(step, CaseMove)]
    found: dict[Talk, list[Happening]] = defaultdict(list)
    for talk, happening in _spoken(named, heard, elsewhere, arrivals, playbook):
        found[talk].append(happening)
    for talk, happening in list(_done(cases, moved, told, heard, arrivals, found)):
        found[talk].append(happening)
    return dict(found)


def _spoken(
    entries: Iterable[Entry], heard: Heard, elsewhere: Mapping[str, Ours], arrivals: Arrivals, playbook: Playbook
) -> Iterator[tuple[Talk, Happening]]:
    """Yield what was said, but replies of which it is not known; `elsewhere` has those to other identities, which this
    one is told of: private answers to what was said in public."""
    entries = list(entries)
    left_out = heard.left_out(entries)
    said: dict[tuple[Talk, str], datetime] = {}
    automatic = {own for own, head in heard.heads.items() if is_automatic(head)}
    unreached = {own for own, head in heard.heads.items() if head.has_failed}

    def note(talk: Talk, own: str, at: datetime) -> None:
        said[talk, own] = max(said.get((talk, own), at), at)

    for entry in entries:
        event, talk = entry.event, Talk(entry.event.channel, entry.event.thread)
        if not is_said(event):
            if happening := _happening(entry, arrivals, playbook):
                yield talk, happening
            continue
        there = elsewhere.get(keys.sent(identity_name=event.identity, external_id=event.external_id).sk)
        if own := heard.told.get(entry.key) or (there and there.reply_id):
            note(talk, own, event.occurred_at)
            automatic |= {own} if there and there.automatic else set()
            unreached |= {own} if own not in heard.heads and has_failed(event, arrivals, own) else set()
        elif entry.key not in left_out and (happening := _happening(entry, arrivals, playbook)):
            yield talk, happening
    for own, head in heard.heads.items():
        if itself := as_message(head):
            note(Talk(itself.channel, itself.thread), own, itself.occurred_at)
        elif head.asked and head.asked.automatic and head.sent_at:
            note(Talk(head.asked.channel, head.asked.thread), own, head.sent_at)
        elif head.asked and head.has_failed and (tried_at := lost_answers.tried_at(head)):
            note(Talk(head.asked.channel, head.asked.thread), own, tried_at)
    for (talk, own), at in said.items():
        what: What = "acknowledged" if own in automatic else "unreached" if own in unreached else "answered"
        yield talk, Happening(id=own, at=at, what=what, screen="ours")


def _happening(entry: Entry, arrivals: Arrivals, playbook: Playbook) -> Happening | None:
    """Return what an entry is to clocks: once for each entry, as heads have it, whatever its platform calls it."""
    event = entry.event
    match event:
        case Message(direction="inbound"):
            found = of_event(event, priority=assess(event, playbook).priority, hears=hearing(lambda: playbook))
        case Message():
            found = of_event(event, screen="native", reached=not has_failed(event, arrivals))
        case _:
            found = of_event(event)
    return found and found.model_copy(update={"id": entry.key.sk})


def _done(
    cases: Iterable[Escalation],
    moved: Iterable[CaseMove],
    told: Mapping[str, PersonalEvent],
    heard: Heard,
    arrivals: Arrivals,
    spoken: Mapping[Talk, list[Happening]],
) -> Iterator[tuple[Talk, Happening]]:
    """Yield what was done with cases; `spoken` is what was said, by then, in all conversations."""
    moves: dict[str, list[CaseMove]] = defaultdict(list)
    for move in moved:
        moves[move.escalation_id].append(move)
    replies = heard.heads.values()
    for case in cases:
        if (event := told.get(case.event_key)) is not None:
            talk, done = Talk(event.channel, event.thread), moves[case.id]
            lost = [move for move in done if lost_answers.is_in_vain(move, heard, arrivals, told)]
            back = [lost_answers.taken_back(move, spoken.get(talk, ())) for move in lost if move.act == "withdrawn"]
            kept = [*(move for move in done if move not in lost), *filter(None, back)]
            yield from ((talk, each) for each in of_case(case, kept))
            yield from ((talk, each) for each in lost_answers.unreached(case.id, replies, talk))
            for move in (each for each in lost if each.act == "answered"):
                other = move.answered_in
                is_here = other is not None and other.identity == case.identity
                there = spoken.get(Talk(other.channel, other.thread), []) if other and is_here else []
                yield from ((talk, each) for each in lost_answers.instead(move, done, replies, there))


def _begins(item: Item, prefix: str) -> bool:
    return str(item["sk"]["S"]).startswith(prefix)
