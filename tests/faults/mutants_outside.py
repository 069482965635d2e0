"""Connectors, media, calls and greeting made worse: the designs that give twice, forget, or show without a note."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.calls.intake import Intake
from services.connectors import giving, tools
from services.connectors.acts import Acts
from services.connectors.in_queue import InQueue
from services.connectors.waiting import Waiting
from services.media import waking
from shared import telemetry
from shared.connectors import NotGiven, Outcome, webhook, wording
from shared.connectors.claims import begun
from shared.connectors.jira import give as jira
from shared.connectors.mail import message
from shared.connectors.slack import give as slack
from shared.errors import StoreUnavailable
from shared.ports import Asking
from shared.store import claims, media, seen
from shared.store.table import Table
from tests.faults.mutants import Patch


def given_without_a_trace(patch: pytest.MonkeyPatch) -> None:
    """That an attempt begins is not noted, but only how it ended."""

    def traceless(claim: Any, kind: str, now: Any) -> Any:
        return begun(claim, kind, now).model_copy(update={"busy_until": None})

    patch.setattr(giving, "begun", traceless)


def claimed_without_a_condition(patch: pytest.MonkeyPatch) -> None:
    """Whoever begins an attempt does not ask whether somebody else has begun one since."""
    write = claims.write

    def written(table: Table, before: Any, after: Any, **when: Any) -> bool:
        write(table, claims.read(table, after.claim), after, **when)
        return True

    patch.setattr(claims, "write", written)


def nobody_is_asked_whether_it_is_there(patch: pytest.MonkeyPatch) -> None:
    """Slack and Jira are not searched for what they may have."""

    def found(*_: Any) -> Iterator[Any]:
        return None
        yield

    patch.setattr(slack, "found", found)
    patch.setattr(jira, "found", found)


def a_search_without_an_answer_found_nothing(patch: pytest.MonkeyPatch) -> None:
    """A tool that cannot say whether it has something is taken not to have it."""

    def as_it_is(asking: Asking[Outcome]) -> Asking[Outcome]:
        return asking

    def found(*said: Any) -> Asking[Any]:
        there = yield from slack_found(*said)
        return None if isinstance(there, NotGiven) else there

    slack_found = slack.found
    patch.setattr(tools, "_once_it_answers", as_it_is)
    patch.setattr(slack, "found", found)


def a_webhook_id_for_each_attempt(patch: pytest.MonkeyPatch) -> None:
    """Each attempt has a `webhook-id` of its own."""
    signed = webhook.signed
    patch.setattr(webhook, "signed", lambda what, name, body: signed(what, f"{name}-{what.now:%H%M}", body))


def a_second_mail_like_the_first(patch: pytest.MonkeyPatch) -> None:
    """A mail that may be a second one does not say so."""
    patch.setattr(message, "brief", lambda told, language: wording.brief(replace(told, since=None), language))


def off_the_queue_before_it_waits(patch: pytest.MonkeyPatch) -> None:
    """What a tool does not take is off its department's queue, and then is put where it waits, or not."""
    put = Waiting.put

    def swallowed(self: Any, *said: Any) -> None:
        try:
            put(self, *said)
        except Exception:
            return

    patch.setattr(Waiting, "put", swallowed)


def an_act_of_what_was_read(patch: pytest.MonkeyPatch) -> None:
    """An act's id is of how the case stands as well: what a tool tells of again is another act by then."""
    own_id = Acts.own_id

    def standing(self: Acts, claim: Any, by: Any, key: str) -> str:
        return own_id(self, claim, by, f"{key}#{self.standing(claim).number}")

    patch.setattr(Acts, "own_id", standing)


def an_act_is_told_or_not(patch: pytest.MonkeyPatch) -> None:
    """An act is off its queue though its department was not told what became of it."""
    tell = InQueue._tell

    def swallowed(self: Any, *said: Any, **more: Any) -> None:
        try:
            tell(self, *said, **more)
        except Exception:
            return

    patch.setattr(InQueue, "_tell", swallowed)


def the_row_before_the_object(patch: pytest.MonkeyPatch) -> None:
    """That a file is copied is noted, and then it is put into the bucket."""
    keep, put = media.keep, media.MediaBucket.put
    held: list[Any] = []

    def noted(*said: Any, **more: Any) -> bool:
        kept = keep(*said, **more)
        while held:
            put(*held.pop())
        return kept

    patch.setattr(media.MediaBucket, "put", lambda *said: held.append(said))
    patch.setattr(media, "keep", noted)


def a_copy_beside_the_first(patch: pytest.MonkeyPatch) -> None:
    """A second copy is put beside the first one."""
    put = media.MediaBucket.put

    def beside(self: media.MediaBucket, name: str, *said: Any) -> None:
        put(self, f"{name}-again" if self.find(name) else name, *said)

    patch.setattr(media.MediaBucket, "put", beside)


def a_file_is_asked_for_or_not(patch: pytest.MonkeyPatch) -> None:
    """The stream's batch is done with though the queue did not take all of it."""
    wake = waking.wake
    patch.setattr(waking, "wake", lambda *said: wake(*said) and {"batchItemFailures": []})


def a_contact_that_nobody_takes_is_done_with(patch: pytest.MonkeyPatch) -> None:
    """What neither the table nor the queue takes is logged."""
    keep = Intake._keep

    def swallowed(self: Intake, body: bytes, request_id: str) -> None:
        try:
            keep(self, body, request_id)
        except StoreUnavailable:
            return

    patch.setattr(Intake, "_keep", swallowed)


def only_the_failed_record_is_given_back(patch: pytest.MonkeyPatch) -> None:
    """Of a batch of records that fails in its midst the last is said to have failed."""
    records = Intake.records

    def last(self: Intake, batch: Any) -> Any:
        batch = list(batch)
        found = records(self, batch)
        again = [{"itemIdentifier": batch[-1]["kinesis"]["sequenceNumber"]}]
        return {"batchItemFailures": again if found["batchItemFailures"] else []}

    patch.setattr(Intake, "records", last)


def shown_without_a_note(patch: pytest.MonkeyPatch) -> None:
    """Somebody is shown though nobody could note it."""
    keep = seen.keep

    def swallowed(*said: Any) -> None:
        try:
            keep(*said)
        except Exception:
            return

    patch.setattr(seen, "keep", swallowed)


def a_look_that_fails_is_no_answer(patch: pytest.MonkeyPatch) -> None:
    """A flow whose caller cannot be looked up gets an error."""
    patch.setattr(telemetry, "failure", _raised)


def _raised(_: str, error: Exception) -> None:
    raise error


GIVING: tuple[tuple[Patch, str], ...] = (
    (given_without_a_trace, "slack"),
    (given_without_a_trace, "jira"),
    (given_without_a_trace, "mail"),
    (nobody_is_asked_whether_it_is_there, "slack"),
    (nobody_is_asked_whether_it_is_there, "jira"),
    (a_search_without_an_answer_found_nothing, "slack"),
    (a_search_without_an_answer_found_nothing, "jira"),
    (a_webhook_id_for_each_attempt, "webhook"),
    (a_second_mail_like_the_first, "mail"),
    (off_the_queue_before_it_waits, "slack"),
)
AT_ONCE: tuple[tuple[Patch, str], ...] = (
    (claimed_without_a_condition, "slack"),
    (claimed_without_a_condition, "jira"),
)
IN_A_TOOL: tuple[tuple[Patch, str], ...] = (
    (an_act_of_what_was_read, "answered in Zendesk"),
    (an_act_of_what_was_read, "answered in Jira"),
    (an_act_of_what_was_read, "accepted and answered by mail"),
)
BY_A_QUEUE: tuple[tuple[Patch, str], ...] = (
    (an_act_of_what_was_read, "accepted, answered, closed"),
    (an_act_is_told_or_not, "accepted"),
)
COPYING: tuple[tuple[Patch, str], ...] = (
    (the_row_before_the_object, "a photograph, asked for in two calls"),
    (a_copy_beside_the_first, "a program"),
    (a_file_is_asked_for_or_not, "a program"),
)
CALLING: tuple[tuple[Patch, str], ...] = (
    (a_contact_that_nobody_takes_is_done_with, "an event"),
    (a_contact_that_nobody_takes_is_done_with, "a missed call"),
    (only_the_failed_record_is_given_back, "a batch of records, one unreadable"),
)
GREETING: tuple[Patch, ...] = (shown_without_a_note, a_look_that_fails_is_no_answer)
