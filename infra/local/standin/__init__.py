"""Stand-ins of the platforms' APIs, on this machine: they enforce the documented rules, refuse what the platforms
refuse, and keep what arrived.

`StandIn` answers in process; `python -m infra.local.standin --port N` answers over HTTP, where a platform's URL follows
the host's name: `http://127.0.0.1:N/graph.facebook.com/v26.0/...`.
"""

from infra.local.standin.standin import FAILURES, Failure, StandIn, token
from infra.local.standin.state import Arrived

__all__ = ["FAILURES", "Arrived", "Failure", "StandIn", "token"]
