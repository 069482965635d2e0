"""Take a department's hand-offs off its queue, each once: python infra/consume_department.py QUEUE_URL [INBOX_FILE]

SQS may deliver a message twice, so what counts is the claim by id: a row in the inbox (an SQLite file) is claim and
work in one statement, and only then is the message deleted. Consumers on several machines need one inbox between them,
such as a table with a conditional put. What is no hand-off stays, and the queue moves it to its dead-letter queue.
"""

import json
import sqlite3
import sys
from contextlib import closing, suppress

import boto3


def consume(queue_url: str, inbox_file: str = "inbox.sqlite3") -> None:
    sqs = boto3.client("sqs")
    with closing(sqlite3.connect(inbox_file, autocommit=True)) as inbox:
        inbox.execute("CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY, hand_off TEXT NOT NULL)")
        while True:
            batch = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
            for message in batch.get("Messages", []):
                try:
                    hand_off = json.loads(message["Body"])
                    row = (hand_off["id"], message["Body"])
                    line = f"{hand_off['priority']}, accept by {hand_off['accept_by']}: {hand_off['message']['text']}"
                except (ValueError, KeyError, TypeError):
                    print(f"{message['MessageId']} is no hand-off: left on the queue", file=sys.stderr)
                    continue
                if inbox.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", row).rowcount:
                    print(line, flush=True)
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    with suppress(KeyboardInterrupt):
        consume(*sys.argv[1:])
