"""The stand-ins of the platforms' APIs beside the local engine: what they know of customers, and what arrives there."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra.local import samples
from infra.local.home import Home
from infra.local.samples import Sample
from infra.local.standin import StandIn, files, token
from infra.local.standin.server import server
from infra.local.telling import telling
from shared import platforms, playbook
from shared.accounts import Account
from shared.casework.places import place_of
from shared.channels import presence
from shared.models import Message
from shared.projection.conversation import Conversation


def example() -> Message:
    """Return a message that may be answered whenever it was written: Telegram has no window."""
    (found, *_) = (event for event in samples.find("telegram", "complaint").events() if isinstance(event, Message))
    return found


def example_answer() -> str:
    """Return what the desk is asked for, to answer it."""
    answered = example()
    said = {"channel": answered.channel, "thread": answered.thread, "text": "Hola, Ana: ya lo estamos mirando."}
    return json.dumps(said)


def port(home: Home) -> int:
    """Return where they listen on 127.0.0.1: beside the engine, and the same after every start."""
    return home.port + 1


def apis(home: Home) -> str:
    """Return where the platforms' hosts are reached instead, in the form of `PLATFORM_APIS`."""
    spoken = [found.hosts for name in platforms.names() if (found := platforms.reply(name))]
    every = (*spoken, _of_forums(), files.PLACES)
    hosts = {host for hosts in every for host in (hosts if len(hosts) <= _FEW else map(_parent, hosts))}
    return json.dumps({host: f"http://127.0.0.1:{port(home)}/{_own(host)}" for host in sorted(hosts)}, separators=_BARE)


_EXAMPLE = Path(__file__).parents[1] / "playbook.example.toml"
_FEW = 5
"""A platform with more hosts has one in each region: a parameter's value has at most 4096 characters."""
_BARE = (",", ":")


def _accounts() -> Sequence[Account]:
    return playbook.parse(_EXAMPLE.read_text(encoding="utf-8")).accounts


def _of_forums() -> frozenset[str]:
    """Return the hosts that the example playbook names, of what the company runs itself."""
    ports = ((account, platforms.reply(account.platform)) for account in _accounts())
    return frozenset().union(*(port.hosts_of(presence(account, None)) - port.hosts for account, port in ports if port))


def _parent(host: str) -> str:
    return f"*.{'.'.join(host.split('.')[-2:])}"


def _own(host: str) -> str:
    return "*" if host.startswith("*") else host


def tokens() -> str:
    """Return the tokens with which the stand-ins let the samples' accounts in, in the form of `shared/secrets.py`."""
    speaking = (name for name in platforms.names() if (spoken := platforms.reply(name)) and not spoken.own_credentials)
    accounts = ((name, str(samples.sender(name).ACCOUNT)) for name in speaking)
    return json.dumps({f"{name}/{account}": {"token": token(name, account)} for name, account in accounts})


def introduce(standin: StandIn, sent: Iterable[Sample]) -> None:
    """Tell the stand-ins who has written where, as the platforms know that themselves, and what they have granted the
    accounts of the example playbook."""
    accounts = _accounts()
    for sample in sent:
        for event in sample.events():
            if isinstance(event, Message) and event.direction == "inbound" and event.channel in platforms.rules():
                standin.spoke(place_of(_as_known(event), event, accounts=accounts))


def _as_known(event: Message) -> Conversation:
    of = {name: getattr(event, name) for name in ("identity", "account", "channel", "thread", "visibility")}
    return Conversation(**of, opened_at=event.occurred_at, last_inbound_at=event.occurred_at)


@contextmanager
def serving(home: Home) -> Iterator[StandIn]:
    """Serve the stand-ins for as long as the context lasts; what they take, they tell the home's door of."""
    with telling(home) as tell:
        standin = StandIn(tell=tell, first=int(time.time()))
        serving = server(standin, port(home))
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield standin
        finally:
            serving.shutdown()
            serving.server_close()
            thread.join()
