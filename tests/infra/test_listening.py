"""Putting the playbook's words into X's rules by command: looked at first, done with --do, done once."""

from types import SimpleNamespace
from typing import Any

import boto3
import orjson
import pytest

from infra import listening
from infra.listening import Listening
from shared.accounts import Account
from shared.errors import ConfigurationError
from shared.playbook import parse
from shared.secrets import ApiToken
from shared.store.playbooks import publish
from shared.store.table import Table
from tests.apis.server import serving
from tests.apis.x import BEARER
from tests.apis.x_stream import Stream
from tests.conftest import TABLE
from tests.shared.test_playbook import GOOD

PLAYBOOK = parse(
    GOOD
    + '\n[[accounts]]\nplatform = "x"\naccount = "2244000001"\n'
    + '\n[[listening]]\nname = "brand"\nwords = ["Teleprado"]\nwithout = ["Fibranova"]\n'
)
RULE = '("teleprado" OR #teleprado) -is:retweet -from:2244000001 -"fibranova"'


def command(api: Stream, *, platform: str = "x", token: str = BEARER, do: bool = True) -> tuple[int, int]:
    account = Account(platform=platform, account="2244000001")
    with serving(api) as pool:
        found = Listening(account, ApiToken(token=token), PLAYBOOK, pool).run(do=do)
    return len(found.add), len(found.remove)


def test_it_looks_first_and_does_it_once() -> None:
    api = Stream()
    assert command(api, do=False) == (1, 0)
    assert api.rules == []
    assert command(api) == (1, 0)
    assert [rule["value"] for rule in api.rules] == [RULE]
    assert command(api) == (0, 0)


def test_what_cannot_be_done_says_so() -> None:
    with pytest.raises(ConfigurationError, match="mastodon has no rules"):
        command(Stream(), platform="mastodon")
    with pytest.raises(ConfigurationError, match="does not accept this token"):
        command(Stream(), token="another")
    with pytest.raises(ConfigurationError, match="X does not take"):
        command(Stream(refuses="teleprado"))


def test_the_command_finds_everything_by_the_stack_and_tells_what_it_did(
    table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(table, PLAYBOOK)
    tokens = {"x/2244000001": {"token": BEARER}}
    boto3.client("secretsmanager").create_secret(Name="tokens", SecretString=orjson.dumps(tokens).decode())
    outputs = {"TableName": TABLE, "ApiTokensId": "tokens"}
    described = {"Stacks": [{"Outputs": [{"OutputKey": name, "OutputValue": said} for name, said in outputs.items()]}]}
    own: Any = boto3.client
    stacks = SimpleNamespace(describe_stacks=lambda StackName: {"shop": described}[StackName])  # noqa: N803
    monkeypatch.setattr("infra.stack.boto3.client", lambda name: stacks if name == "cloudformation" else own(name))
    api = Stream(rules=[{"id": "5", "value": "old", "tag": "mostrador:2244000001:brand"}])
    with serving(api) as pool:
        monkeypatch.setattr("shared.calling.over_tls", lambda: pool)
        for arguments, end in (([], "1 added, 1 taken away, with --do\n"), (["--do"], "1 added, 1 taken away\n")):
            monkeypatch.setattr("sys.argv", ["listening", "x/2244000001", "--stack", "shop", *arguments])
            listening.main()
            said = capsys.readouterr().out
            assert said == f"+ mostrador:2244000001:brand: {RULE}\n- mostrador:2244000001:brand: old\n{end}"
            assert BEARER not in said
    assert [rule["value"] for rule in api.rules] == [RULE]
    monkeypatch.setattr("sys.argv", ["listening", "x/1", "--stack", "shop"])
    with pytest.raises(SystemExit, match="nothing more was done: the playbook has no account x/1"):
        listening.main()
