"""How a server process and its rendering helper speak: JSON behind its length."""

import json
import struct
from typing import Any

LENGTH = struct.Struct(">I")


def pack(message: dict[str, Any]) -> bytes:
    """A message as it goes over the pipe."""
    body = json.dumps(message).encode()
    return LENGTH.pack(len(body)) + body
