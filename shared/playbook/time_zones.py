"""Time zones, as an operator names them."""

from zoneinfo import ZoneInfo

UNKNOWN = 'is no known time zone; write an IANA name like "Europe/Madrid"'


def is_time_zone(name: str) -> bool:
    """Return whether this machine's zone data knows a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no path inside the database; a folder of it
        return False
    return True
