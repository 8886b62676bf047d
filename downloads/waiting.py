"""An upload that was accepted while the rest of its form was not: it waits to be saved.

The `.part` file stays for an hour under a signed token in the form, so that nobody chooses
100 MB again because a title was missing. What is never saved, `content.jobs.clean_up` removes.
"""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing

from . import archives, storage
from .services import ReceivedPackage

SALT = "downloads.waiting"
MAX_AGE = 60 * 60  # seconds
_NAME = re.compile(r"\A[0-9a-f]{32}\.part\Z")


def token_for(received: ReceivedPackage, user: Any) -> str:
    """What the form carries; of use to `user` alone."""
    facts = {
        "part": received.part.path.name,
        "size": received.part.size,
        "sha256": received.part.sha256,
        "name": received.file_name,
        "user": user.pk,
    }
    return signing.dumps(facts, salt=SALT)


def take_up(token: str, user: Any) -> ReceivedPackage | None:
    """The upload behind a token; None when it is too old, gone, or somebody else's."""
    try:
        facts = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    path = Path(settings.PACKAGES_DIR) / storage.INCOMING / str(facts["part"])
    if facts["user"] != user.pk or not _NAME.match(path.name):
        return None
    try:
        if path.stat().st_size != facts["size"]:
            return None
        with path.open("rb") as file:
            entries = archives.inspect(file, name=facts["name"])
    except (FileNotFoundError, archives.ArchiveRefused):
        return None
    part = storage.Part(path, facts["size"], facts["sha256"])
    return ReceivedPackage(part, facts["name"], tuple(entries))
