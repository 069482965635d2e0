"""Whether a kept file has been looked at for malware, and what came of it.

Looking is somebody else's work: a `Scanner` says only what is known by now. `NoScanner` says honestly that nobody has
looked. `GuardDuty` reads what Malware Protection for S3 writes on the object
(https://docs.aws.amazon.com/guardduty/latest/ug/monitoring-malware-protection-s3-scans-gdu.html).
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

Verdict = Literal["not_scanned", "awaited", "clean", "infected", "unscannable"]
"""`unscannable`: the scanner could not look into it: a password, a format, a right that it lacks."""

Scanning = Literal["none", "guardduty"]

TAG = "GuardDutyMalwareScanStatus"

_MEANINGS: Mapping[str, Verdict] = {
    "NO_THREATS_FOUND": "clean",
    "THREATS_FOUND": "infected",
    "UNSUPPORTED": "unscannable",
    "ACCESS_DENIED": "unscannable",
    "FAILED": "unscannable",
}


class Scanner(Protocol):
    def verdict(self, name: str) -> Verdict:
        """Return what is known of the object of this name; `awaited` for one that is still to be looked at."""
        ...


class NoScanner:
    """Nobody looks."""

    def verdict(self, name: str) -> Verdict:  # noqa: ARG002
        return "not_scanned"


class GuardDuty:
    """Amazon GuardDuty's Malware Protection for S3, with tagging on; `tags` returns an object's tags."""

    def __init__(self, tags: Callable[[str], Mapping[str, str]]) -> None:
        self._tags = tags

    def verdict(self, name: str) -> Verdict:
        said = self._tags(name).get(TAG)
        return "awaited" if said is None else _MEANINGS.get(said, "unscannable")


def may_be_shown(verdict: Verdict | None, scanning: Scanning) -> bool:
    """Return whether a kept file may be given to people: what nobody has looked at only where nobody is to look."""
    return verdict == "clean" or (verdict == "not_scanned" and scanning == "none")
