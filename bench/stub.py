"""A local HTTP server that answers like AWS, at once and always the same: what is timed against it is the caller.

    python -m bench.stub < ORDERS

The first order is JSON, target (`DynamoDB_20120810.PutItem`) to the text of its answer; the port is printed. Each
further line asks how often each target was called so far. It runs in a process of its own, so that none of its work
is counted, and sends the headers that DynamoDB sends.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from zlib import crc32

import orjson

_END_OF_HEAD = b"\r\n\r\n"


def answer(body: bytes) -> bytes:
    """Return a whole HTTP response with this body."""
    return (
        b"HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
        b"x-amzn-RequestId: 9MTQ9D5S3C1EXAMPLE0R2MOSTRADORVV4KQNSO5AEMVJF66Q9ASUAAJG\r\nx-amz-crc32: %d\r\n\r\n%b"
    ) % (len(body), crc32(body), body)


type Respond = Callable[[str, bytes], bytes]
"""Makes a whole HTTP response out of a request's target and body."""


class Connection(asyncio.Protocol):
    """One kept-alive connection; a request is answered when the whole of it is there."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while asked := self._next():
            self._transport.write(self._respond(*asked))

    def _next(self) -> tuple[str, bytes] | None:
        """Take the next whole request off what came in and return its target and body."""
        head, ended, body = self._pending.partition(_END_OF_HEAD)
        if not ended:
            return None
        lines = (line.partition(b": ") for line in head.split(b"\r\n")[1:])
        headers = {name.lower(): value for name, _, value in lines}
        length = int(headers[b"content-length"])
        if len(body) < length:
            return None
        self._pending = body[length:]
        return headers[b"x-amz-target"].decode(), body[:length]


async def serve(respond: Respond, counted: Callable[[], object]) -> None:
    """Print the port and answer until standard input ends; to each line of it, print what was counted, as JSON."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(respond), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(orjson.dumps(counted()).decode(), flush=True)


def main() -> None:
    answers = {name: answer(text.encode()) for name, text in orjson.loads(sys.stdin.readline()).items()}
    counted: Counter[str] = Counter()

    def respond(target: str, _: bytes) -> bytes:
        counted[target] += 1
        return answers[target]

    asyncio.run(serve(respond, lambda: counted))


if __name__ == "__main__":
    main()
