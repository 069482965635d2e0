"""The service's published description; `python -m services.desk.openapi` prints it.

The examples are answers of the service itself about invented people: a test asks for each of them.
"""

import sys
from pathlib import Path
from typing import Any

from services.desk.routes import api
from shared.http.openapi import described, text

EXAMPLES = Path(__file__).with_name("examples.json")


def document() -> dict[str, Any]:
    """Return the description as OpenAPI 3.1, with an example of every answer."""
    return described(api(None, None), EXAMPLES)


if __name__ == "__main__":
    sys.stdout.write(text(document()))
