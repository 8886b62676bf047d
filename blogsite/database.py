"""Does the database answer? Asked before a start, to say which setting is wrong in a sentence."""

import os
import sys

import django
from django.db import DatabaseError, connections
from django.db.utils import ConnectionDoesNotExist

PATIENCE = 5  # seconds


def main() -> int:
    """0 when the database of DATABASE_URL answers within some seconds, else 1 and the reason."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blogsite.settings")
    django.setup()
    settings = connections.settings["default"]
    if "pool" in settings["OPTIONS"]:
        # Without the pool, which would go on trying in the background, and say so each time.
        settings["OPTIONS"] = {**settings["OPTIONS"], "connect_timeout": PATIENCE}
        del settings["OPTIONS"]["pool"]
    try:
        connections["default"].ensure_connection()
    except (DatabaseError, ConnectionDoesNotExist, OSError) as error:
        reason = " ".join(str(error).split())
        print(f"DATABASE_URL: the database does not answer. {reason}", file=sys.stderr)
        return 1
    connections["default"].close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
