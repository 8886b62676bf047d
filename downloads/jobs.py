"""What the worker tidies up among the packages: files that no release has."""

import logging
from itertools import islice

from . import storage
from .models import Release

logger = logging.getLogger(__name__)

# A file without a release is left by a transaction that failed after the file had its name.
# No transaction takes so long that a file this old could still belong to it.
ORPHAN_SECONDS = 24 * 60 * 60
_BATCH = 500


def clean_up() -> None:
    """Delete files that lie there for a day without a release."""
    removed = 0
    old = storage.older_than(ORPHAN_SECONDS)
    while hashes := set(islice(old, _BATCH)):
        used = Release.objects.filter(sha256__in=hashes).values_list("sha256", flat=True)
        removed += sum(storage.remove_if_unused(sha256) for sha256 in hashes - set(used))
    if removed:
        logger.info("%d package files that belong to no release were removed.", removed)
