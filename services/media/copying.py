"""Copies one file that came with a message into the company's bucket, once, whoever dies when.

The object comes first, under a name that is always the same; then the row that says so, in one conditional write. Who
dies in between leaves an object behind that the next attempt writes again, or finds when the link is over by then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, unquote

import httpx

from services.media.enclosed import cut_out
from shared import platforms, telemetry
from shared.accounts import Account
from shared.calling import drive
from shared.channels import presence
from shared.listening import is_overheard
from shared.media.copies import APART, KEPT, Copy, attached, object_name, spoken_of
from shared.media.fetching import Fetched, fetch
from shared.media.places import Enclosed, Gone, Later, MediaPort, Place, Refused, Wanted
from shared.media.scanning import Scanner
from shared.media.types import Checked, TypeCheck
from shared.playbook import Playbook
from shared.ports import Call, Presence
from shared.queues import MediaWaiting
from shared.secrets import ApiToken
from shared.store import journal, keys, media, revisions
from shared.store.elsewhere import Elsewhere
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.media import MediaBucket
from shared.store.table import Table

LONGEST = timedelta(hours=24)
"""For how long a file is tried that is not to be had now, and a scanner is waited for."""

_AT_ONCE = timedelta(0)
_TAKEN_BACK = Gone("the message was taken back or hidden before its file was copied")
_NO_TOKEN = Gone("no API token is given for the account: publish it with `python -m infra.publish tokens`")
_IN_VAIN = "it was tried for a day: "
_INFECTED = "malware was found in it"
_NO_WORD = "nobody has scanned it within a day: see whether the scanner is on for the bucket"


@dataclass(frozen=True, slots=True)
class Wish:
    """A file that is wanted, and how it is asked for; `entry` is what brought it."""

    port: MediaPort
    presence: Presence
    wanted: Wanted
    has_token: bool
    waiting: MediaWaiting
    entry: Entry

    def object_name(self, prefix: str) -> str:
        event = self.waiting.event
        return object_name(prefix, partition=event.pk, event_key=event.sk, number=self.waiting.number)


@dataclass(frozen=True, slots=True)
class Copier:
    """`tokens` are the API tokens by `<platform>/<account>`; `client` connects to public addresses only; `now` returns
    an aware instant. `elsewhere` are the buckets of what files are cut out of. Rows are kept `for_days`, without an
    end for 0."""

    table: Table
    bucket: MediaBucket
    elsewhere: Elsewhere
    playbook: Callable[[], Playbook]
    tokens: Callable[[], Mapping[str, ApiToken]]
    client: httpx.Client
    check: TypeCheck
    scanner: Scanner
    now: Callable[[], datetime]
    most_bytes: int
    for_days: int = 0

    def copy(self, waiting: MediaWaiting) -> timedelta | None:
        """See to a file; return after how long, at least, it is to be seen to again, or none when nothing is left.

        Raises what table and bucket raise; whoever calls again finds how far it had come.
        """
        key = keys.media(waiting.event, waiting.number)
        found = self.table.get_many([waiting.event, key])
        before = media.read(found[key]) if key in found else None
        if waiting.event not in found or (before and before.is_settled):
            return None
        if before and before.object:
            return self._scanned(key, before, before.object)
        wish = self._wish(journal.entry(found[waiting.event]), waiting)
        if wish is None:
            return None
        got = self._fetched(wish)
        if isinstance(got, Later):
            since = before.since if before and before.since else self.now()
            if self.now() - since < LONGEST:
                return self._put_off(key, before, got, since)
            got = Gone(_IN_VAIN + got.reason)
        return self._note(key, before, self._stored(wish, got) if isinstance(got, Fetched) else self._left(wish, got))

    def _wish(self, entry: Entry, waiting: MediaWaiting) -> Wish | None:
        """Return what to ask whom for; none for what is no file, a platform's whose files are not copied, and what
        nobody said to the company: nothing of that is to be here for longer than the event is."""
        event, vendor = entry.event, entry.delivery.platform
        if is_overheard(event):
            return None
        port = platforms.media(vendor)
        if port is None or waiting.number >= len(attached(event)):
            return None
        message = spoken_of(event)
        wanted = Wanted(attached(event)[waiting.number], event.channel, event.account, event.thread, message)
        if not port.has(wanted):
            return None
        name = f"{vendor}/{entry.delivery.account}"
        listed = (each for each in self.playbook().accounts if each.name == name)
        account = next(listed, Account(platform=vendor, account=entry.delivery.account))
        token = self.tokens().get(name)
        return Wish(port, presence(account, token), wanted, token is not None, waiting, entry)

    def _fetched(self, wish: Wish) -> Fetched | Refused | Gone | Later:
        last = self.table.get(revisions.key(partition=wish.waiting.event.pk, target=wish.wanted.message))
        if last is not None and revisions.read(last).deleted:
            return _TAKEN_BACK
        if wish.port.needs_token and not wish.has_token:
            return _NO_TOKEN
        asking = wish.port.locate(wish.presence, wish.wanted, self.now())
        place = drive(asking, self.client, hosts=wish.port.hosts)
        assert not isinstance(place, Call), "only a dry run ends with a call"
        if isinstance(place, Enclosed):
            return cut_out(
                wish.entry, place, wish.port, table=self.table, elsewhere=self.elsewhere, most_bytes=self.most_bytes
            )
        if not isinstance(place, Place):
            return place
        places = wish.port.places_of(wish.presence)
        return fetch(place, self.client, places=places, most_bytes=self.most_bytes, now=self.now())

    def _stored(self, wish: Wish, found: Fetched) -> Copy:
        sent = wish.wanted.attachment
        checked = self.check(found.body, claimed=sent.mime_type or found.said_type, name=sent.name)
        name = wish.object_name(APART if checked.refused else KEPT)
        digest = sha256(found.body).hexdigest()
        self.bucket.put(name, found.body, _notes(checked, digest))
        return self._copy(name, checked, digest, len(found.body))

    def _left(self, wish: Wish, found: Refused | Gone) -> Copy:
        """Return that it is not to be had; or the copy that an attempt made which did not live to say so."""
        for prefix in (KEPT, APART):
            name = wish.object_name(prefix)
            if stored := self.bucket.find(name):
                notes = {each: unquote(said) for each, said in stored.notes.items()}
                checked = Checked(notes["type"], notes.get("refused"))
                return self._copy(name, checked, notes["sha256"], stored.size)
        return Copy(state="gone" if isinstance(found, Gone) else "refused", at=self.now(), reason=found.reason)

    def _copy(self, name: str, checked: Checked, digest: str, size: int) -> Copy:
        kept = checked.refused is None
        return Copy(
            state="copied" if kept else "refused",
            at=self.now(),
            reason=checked.refused or "",
            type=checked.type,
            size=size,
            sha256=digest,
            object=name,
            verdict=self.scanner.verdict(name) if kept else None,
        )

    def _scanned(self, key: Key, before: Copy, name: str) -> timedelta | None:
        """Note what a scanner says by now of a file that is kept."""
        verdict = self.scanner.verdict(name)
        if verdict == "awaited" and self.now() - before.at < LONGEST:
            return _AT_ONCE
        changes: Mapping[str, Mapping[str, str]] = {
            "awaited": {"verdict": "unscannable", "reason": _NO_WORD},
            "infected": {"verdict": verdict, "state": "refused", "reason": _INFECTED},
        }
        return self._note(key, before, before.model_copy(update=changes.get(verdict, {"verdict": verdict})))

    def _put_off(self, key: Key, before: Copy | None, why: Later, since: datetime) -> timedelta:
        """Note, the first time, that it is tried again."""
        if before is None:
            self._note(key, None, Copy(state="later", at=since, since=since, reason=why.reason))
        return timedelta(seconds=why.seconds)

    def _note(self, key: Key, before: Copy | None, after: Copy) -> timedelta | None:
        if not media.keep(self.table, key, after, before=before, for_days=self.for_days):
            return _AT_ONCE  # somebody else was at it; what they have come to is seen the next time
        telemetry.count(f"Media{after.state.capitalize()}")
        return None if after.is_settled else _AT_ONCE


def _notes(checked: Checked, digest: str) -> Mapping[str, str]:
    """Return what is noted of an object, for whoever finds it without a row."""
    said = {"type": checked.type, "sha256": digest} | ({"refused": checked.refused} if checked.refused else {})
    return {name: quote(value) for name, value in said.items()}
