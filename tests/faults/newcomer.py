"""A function that nobody has written yet: it wakes on the stream and on a queue, and copies what it sees there."""

import os
from typing import Any

from shared import aws

_table = os.environ["TABLE_NAME"]
_prefix = os.environ["COPIES"]


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Keep a copy of each record under a key of its own; send each that came from the stream on to the queue."""
    for record in event["Records"]:
        if record["eventSource"] == "aws:dynamodb":
            seen = record["dynamodb"]["Keys"]["sk"]["S"]
            aws.client("sqs").send_message(QueueUrl=os.environ["NEXT_QUEUE_URL"], MessageBody=seen)
        else:
            seen = record["body"]
        key = {"pk": {"S": _prefix}, "sk": {"S": f"{record['eventSource']} {seen}"}}
        aws.client("dynamodb").put_item(TableName=_table, Item=key)
    return {"batchItemFailures": []}
