"""Files in parts: a download that broke off goes on where it stopped.

One range of RFC 9110, section 14, for GET alone; a request for several ranges, or an If-Range
with a date, gets the whole file, which the RFC allows.
"""

import re
from typing import IO, Any

from django.http import FileResponse, HttpRequest

_RANGE = re.compile(r"\Abytes=(\d*)-(\d*)\Z")


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """The first and last byte asked for, of a file of `size` bytes.

    None means the whole file (no range, or one not understood); ValueError means that the
    range lies outside of the file.
    """
    match = _RANGE.match(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last[:18]), size)
        if length == 0:
            raise ValueError(header)
        return size - length, size - 1
    start = int(first[:18])
    end = min(int(last[:18]), size - 1) if last else size - 1
    if start >= size:
        raise ValueError(header)
    if end < start:
        return None
    return start, end


class RangeFileResponse(FileResponse):
    """A FileResponse that understands Range and If-Range; `etag` names the content, quoted."""

    def __init__(self, request: HttpRequest, file: IO[bytes], *, etag: str, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        size = int(self.headers["Content-Length"])
        self["Accept-Ranges"] = "bytes"
        self["ETag"] = etag
        wanted = request.headers.get("Range", "") if request.method == "GET" else ""
        if request.headers.get("If-Range", self["ETag"]) != self["ETag"]:
            wanted = ""
        try:
            part = parse_range(wanted, size)
        except ValueError:
            self.status_code = 416
            self["Content-Range"] = f"bytes */{size}"
            self["Content-Length"] = "0"
            self.streaming_content = iter(())
            return
        if part is not None:
            start, end = part
            file.seek(start)
            self.status_code = 206
            self["Content-Range"] = f"bytes {start}-{end}/{size}"
            self["Content-Length"] = str(end - start + 1)
            self.streaming_content = _read(file, end - start + 1)


def _read(file: IO[bytes], length: int) -> Any:
    while length > 0 and (chunk := file.read(min(length, 64 * 1024))):
        length -= len(chunk)
        yield chunk
