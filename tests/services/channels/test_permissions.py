"""The channels' role lets them look whether every account is heard, and nothing else."""

import httpx

from tests.permissions import check, deployed
from tests.services.channels.test_checks import PLAYBOOK
from tests.services.media.test_permissions import TOKENS

CHANNELS = "ChannelsFunction"


def test_the_role_allows_all_that_the_channels_ask_for_and_no_more() -> None:
    with deployed() as functions:
        functions.publish(PLAYBOOK)
        functions.set_secret("ApiTokens", TOKENS)
        functions.platforms = lambda _: httpx.Response(200, json={"ok": True, "result": {"url": ""}})
        found = functions.wake(CHANNELS, {})["found"]
        assert sum(found.values()) == len(PLAYBOOK.accounts)
        check(CHANNELS, functions.needs[CHANNELS])
