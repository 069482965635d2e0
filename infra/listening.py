"""Puts what the playbook listens for at a platform that has rules of its own for that: X's filtered stream.

    python -m infra.listening x/2244000001             (only looks)
    python -m infra.listening x/2244000001 --do

The words are those of the current playbook, the token is the one that `infra.publish tokens` published. Rules that
somebody else made are left alone, so that it may be run again after each change of the playbook.
"""

import argparse
import sys
from dataclasses import dataclass

import httpx

from infra.backfill import account, token
from infra.stack import Stack
from shared import calling, secrets
from shared.accounts import Account
from shared.channels import presence
from shared.errors import ConfigurationError
from shared.platforms.x import stream_rules
from shared.platforms.x.stream_rules import Changes, Refused
from shared.playbook import Playbook
from shared.secrets import ApiToken

PLATFORM = "x"


@dataclass(frozen=True, slots=True)
class Listening:
    """One account's rules; `client` makes the calls."""

    account: Account
    token: ApiToken
    playbook: Playbook
    client: httpx.Client

    def run(self, *, do: bool) -> Changes:
        """Return what was changed or, unless `do`, would be.

        Raises `ConfigurationError` where the platform has no such rules, or does not take them.
        """
        if self.account.platform != PLATFORM:
            raise ConfigurationError(f"{self.account.platform} has no rules to put the playbook's words into")
        who = presence(self.account, self.token)
        rules = stream_rules.wanted(self.playbook.listening, self.account.account)
        changes = calling.drive(stream_rules.compare(who, rules), self.client, hosts=stream_rules.HOSTS)
        if not isinstance(changes, Changes):
            raise ConfigurationError(changes.sentence if isinstance(changes, Refused) else "it cannot be looked at")
        if do:
            refused = calling.drive(stream_rules.carry_out(who, changes), self.client, hosts=stream_rules.HOSTS)
            if isinstance(refused, Refused):
                raise ConfigurationError(refused.sentence)
        return changes


def main() -> None:
    parser = argparse.ArgumentParser(description="Put what the playbook listens for into a platform's own rules.")
    parser.add_argument("account", help="<platform>/<account>, as in the playbook")
    parser.add_argument("--do", action="store_true", help="do it; without, it is only looked at")
    parser.add_argument("--stack", default="mostrador")
    given = parser.parse_args()
    try:
        changes = _of(given.stack, given.account).run(do=given.do)
    except ConfigurationError as error:
        sys.exit(f"nothing more was done: {error}")
    for sign, rules in (("+", changes.add), ("-", changes.remove)):
        for rule in rules:
            print(f"{sign} {rule.tag}: {rule.value}")
    done = "" if given.do else ", with --do"
    print(f"{len(changes.add)} added, {len(changes.remove)} taken away{done}")


def _of(stack_name: str, name: str) -> Listening:
    stack = Stack.deployed(stack_name)
    playbook = stack.playbook()
    tokens = secrets.api_tokens(stack.client("secretsmanager"), stack.outputs["ApiTokensId"])
    return Listening(account(playbook, name), token(tokens, name), playbook, calling.over_tls())


if __name__ == "__main__":
    main()
