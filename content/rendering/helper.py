"""The process that renders for a server process, and may be killed while it does.

Started as `python -m content.rendering.helper`; no database, no settings. Messages in
both directions are JSON behind their length in four bytes. It ends with its parent:
then its standard input ends.
"""

import json
import logging
import resource
import signal
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from .document import RenderingRefused, render
from .messages import LENGTH, pack

# What no article needs; beyond it the process, not the machine, runs out of memory.
_MEMORY_BYTES = 1024**3
logger = logging.getLogger(__name__)


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    body = stream.read(LENGTH.unpack(head)[0])
    return json.loads(body) if body else None


def _answer(source: str) -> dict[str, Any]:
    try:
        rendered = render(source)
    except RenderingRefused:
        return {"refused": "nesting"}
    except Exception:
        logger.exception("A text could not be rendered.")
        return {"refused": "error"}
    return {**asdict(rendered), "pictures": sorted(rendered.pictures)}


def main() -> None:
    """Say hello once everything is loaded, then render until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    # Loads what is loaded on first use, so that no author waits for it.
    render("# 一\n\n```python\nx = 1\n```\n\nhttp://example.com\n")
    outgoing.write(pack({"ready": True}))
    outgoing.flush()
    while (request := _read(incoming)) is not None:
        # The parent kills a slow rendering. Should it die first, the alarm does: without a
        # handler it ends the process even inside a regular expression.
        signal.setitimer(signal.ITIMER_REAL, request["seconds"] + 1)
        answer = pack(_answer(request["source"]))
        signal.setitimer(signal.ITIMER_REAL, 0)
        outgoing.write(answer)
        outgoing.flush()


if __name__ == "__main__":
    main()
