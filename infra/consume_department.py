"""Take a department's hand-offs off its queue, each once: python infra/consume_department.py QUEUE_URL [INBOX_FILE]

SQS may deliver a message twice, so what counts is the claim: a row in the inbox (an SQLite file) is claim and work in
one statement, and only then is the message deleted. Each case is accepted before that, in one of two ways:

- by AWS alone, with ACTS_QUEUE_URL in the environment (the department's queue of acts, and `kind = "queue"` in the
  playbook): what becomes of it comes back on the queue as a notice, and the work is printed once it is ours. The row
  comes before the act here, since the notice may be read at once; it stays on the queue where there is no row. Notices
  say as well who has a case that is ours no longer, and what became of answers that other programs asked for;
- at the desk, with DESK_URL and DESK_TOKEN (a token with the scopes desk/write and department/<name>), under a key of
  the claim and the inbox: by one of several consumers; of what somebody else has by now it is said who.

Without either, and by AWS alone, consumers on several machines need one inbox between them, such as a table with a
conditional put. What is neither a hand-off nor a notice stays, as does everything while the desk cannot be reached, and
the queue moves it to its dead-letter queue.
"""

import json
import os
import sqlite3
import sys
from contextlib import closing, suppress
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import boto3


def consume(queue_url: str, inbox_file: str = "inbox.sqlite3") -> None:
    sqs = boto3.client("sqs")
    with closing(sqlite3.connect(inbox_file, autocommit=True)) as inbox:
        inbox.execute("CREATE TABLE IF NOT EXISTS inbox (claim TEXT PRIMARY KEY, hand_off TEXT NOT NULL)")
        inbox.execute("CREATE TABLE IF NOT EXISTS told (notice_id TEXT PRIMARY KEY, notice TEXT)")
        inbox.execute("CREATE TABLE IF NOT EXISTS own (one INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        inbox.execute("INSERT OR IGNORE INTO own VALUES (1, ?)", (uuid4().hex,))
        while True:
            batch = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
            for message in batch.get("Messages", []):
                try:
                    said = json.loads(message["Body"])
                    news = hear(said, inbox) if "notice" in said else take(said, message["Body"], inbox, sqs)
                except (ValueError, KeyError, TypeError):
                    print(f"{message['MessageId']} is no hand-off: left on the queue", file=sys.stderr)
                    continue
                except (OSError, LookupError) as error:
                    print(f"{message['MessageId']} is left on the queue: {error}", file=sys.stderr)
                    continue
                if news:
                    print(news, flush=True)
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def take(hand_off: dict[str, Any], body: str, inbox: sqlite3.Connection, sqs: Any) -> str:
    """Accept a case and keep it; return the work, or what is in the way, if that is known now and is news."""
    row, news, by_queue = (hand_off["claim"], body), line(hand_off), os.environ.get("ACTS_QUEUE_URL")
    if by_queue:
        inbox.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", row)  # first: `hear` may be told at once
        act = {"act": "accepted", "escalation_id": hand_off["id"], "identity": hand_off["identity"]}
        said = json.dumps(act | {"idempotency_key": f"{hand_off['claim']}-accepted"})
        sqs.send_message(QueueUrl=by_queue, MessageGroupId=hand_off["id"], MessageBody=said)
        return ""
    if "DESK_TOKEN" in os.environ and (in_the_way := accept(hand_off, *inbox.execute("SELECT name FROM own"))):
        news = f"not ours: {in_the_way}"
    is_new = inbox.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", row).rowcount
    return news if is_new else ""


def hear(notice: dict[str, Any], inbox: sqlite3.Connection) -> str:
    """Return what a notice says, the first time: of a case that it is ours, is not, or is no longer and whose it is; of
    an answer that was asked for by an act what became of it.

    Raises `LookupError` for what became of an accepting of ours whose hand-off another inbox has.
    """
    key = notice["idempotency_key"] or ""
    claim = notice["claim"] or key.removesuffix("-accepted")
    found = inbox.execute("SELECT hand_off FROM inbox WHERE claim = ?", (claim,)).fetchone()
    if not found and key.endswith("-accepted"):
        raise LookupError("its hand-off is in no inbox here")
    row = (notice["notice_id"], json.dumps(notice))
    is_new = inbox.execute("INSERT OR IGNORE INTO told VALUES (?, ?)", row).rowcount
    if is_new and notice["notice"] in ("sent", "failed", "unconfirmed", "given_up"):
        return f"answer {notice['reply']} {notice['notice']}: {notice['why']}".removesuffix(": ")
    if not is_new or not found:
        return ""
    whose = f"{notice['to']} has it: " if notice["to"] else ""
    return line(json.loads(found[0])) if notice["notice"] == "done" else f"not ours: {whose}{notice['why']}"


def line(hand_off: dict[str, Any]) -> str:
    return f"{hand_off['priority']}, accept by {hand_off['accept_by']}: {hand_off['message']['text']}"


def accept(hand_off: dict[str, Any], inbox: tuple[str]) -> str:
    """Accept a case at the desk; return what is in the way, if anything is: who has it by now, say."""
    case = f"/customers/{hand_off['customer']['id']}/escalations/{hand_off['id']}/accepted"
    key = {"Authorization": f"Bearer {os.environ['DESK_TOKEN']}", "Idempotency-Key": f"{hand_off['claim']}-{inbox[0]}"}
    request = Request(os.environ["DESK_URL"] + case, b"{}", key | {"Content-Type": "application/json"})  # noqa: S310
    try:
        urlopen(request, timeout=10).close()  # noqa: S310 - the department's own setting
    except HTTPError as refused:
        with refused:
            if refused.code not in (404, 409):
                raise
            return str(json.load(refused)["detail"])
    return ""


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    with suppress(KeyboardInterrupt):
        consume(*sys.argv[1:])
