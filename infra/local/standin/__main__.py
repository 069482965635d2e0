"""Serves the stand-ins of the platforms' APIs until Ctrl-C: `python -m infra.local.standin --port 8555`."""

import argparse
import signal

from infra.local.standin.server import server
from infra.local.standin.standin import StandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8555)
    given = parser.parse_args()
    serving = server(StandIn(), given.port)
    signal.signal(signal.SIGTERM, _interrupt)
    print(f"the platforms' stand-ins are at http://127.0.0.1:{serving.server_address[1]}/<host>/...", flush=True)
    try:
        serving.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        serving.server_close()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
