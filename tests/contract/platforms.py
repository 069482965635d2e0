"""Every platform folder with its twin: what the contract suite runs over. A newcomer inherits all of it."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from shared.platforms import names
from tests.conftest import NOW

_TWINS = Path(__file__).parents[1] / "shared" / "platforms"


@dataclass(frozen=True, slots=True)
class Sender:
    """A platform as tests play it: its twin's `sender.py` and `samples/`."""

    name: str
    sender: ModuleType

    @property
    def path(self) -> str:
        return f"/webhooks/{self.name}/{self.sender.ACCOUNT}"

    @property
    def secrets(self) -> dict[str, list[str]]:
        """The account's entry in the secrets document."""
        handshake = list(getattr(self.sender, "HANDSHAKE_SECRETS", ()))
        return {"signing": list(self.sender.SECRETS)} | ({"handshake": handshake} if handshake else {})

    def sample(self, name: str) -> bytes:
        return (_TWINS / self.name / "samples" / f"{name}.json").read_bytes()

    def has(self, name: str) -> bool:
        return (_TWINS / self.name / "samples" / f"{name}.json").exists()

    def samples(self) -> list[str]:
        return sorted(found.stem for found in (_TWINS / self.name / "samples").glob("*.json"))

    def sign(self, body: bytes, *, secret: int = 0, now: Any = NOW) -> dict[str, str]:
        """Return the headers of a delivery signed with the current (0) or the previous (1) secret."""
        headers: dict[str, str] = self.sender.sign(body, self.sender.SECRETS[secret], now)
        return headers


PLATFORMS = [Sender(name, import_module(f"tests.shared.platforms.{name}.sender")) for name in names()]
