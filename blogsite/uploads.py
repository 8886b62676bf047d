"""Uploads on a full disk: a sentence, everything else typed is kept, no file is left."""

import logging
from typing import Any

from django.contrib import messages
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


class DiskUploadHandler(TemporaryFileUploadHandler):
    """Django's own, but a disk that refuses costs the file alone and not the whole form.

    Django's would raise out of the request: everything typed is lost, and the temporary
    file stays on the full disk until it is garbage-collected.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        logger.error("An upload could not be written: %s", error)
        if (file := getattr(self, "file", None)) is not None:
            try:
                file.close()
            except OSError:
                # Closing writes what was buffered, which fails again; the file is gone by then.
                logger.info("The temporary file of the upload was closed with an error.")
        if hasattr(self.request, "_messages"):
            messages.error(
                self.request,
                _("The server's disk has no room for the file. Tell an admin, then try again."),
            )
        raise SkipFile
