"""Which requests are a reader's: no program's, not ahead of time, not the rest of a file."""

import re

from django.http import HttpRequest

# Words in the names of programs; CUBOT is a telephone.
_PROGRAMS = re.compile(
    r"(?<!cu)bot|spider|crawl|slurp|curl|wget|python|headless|scrapy|http-?client|okhttp|libwww"
    r"|java/|node-fetch|axios|facebookexternalhit|whatsapp/|preview|monitor|pingdom|lighthouse",
    re.IGNORECASE,
)
_AHEAD = re.compile("prefetch|prerender|preview", re.IGNORECASE)
_AHEAD_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_RANGES = re.compile(r"\Abytes=(\d*-\d*(?:,\d*-\d*)*)\Z", re.ASCII)


def counts(request: HttpRequest, method: str = "GET") -> bool:
    """Whether a request is a reader's: of a browser, for now, and from the beginning."""
    agent = request.headers.get("User-Agent", "")
    return (
        request.method == method
        and bool(agent.strip())
        and not _PROGRAMS.search(agent)
        and not any(_AHEAD.search(request.headers.get(name, "")) for name in _AHEAD_HEADERS)
        and _from_the_beginning(request.headers.get("Range", ""))
    )


def has_a_copy(request: HttpRequest) -> bool:
    """Whether a visitor wants the file only if it is another than the one he has."""
    return any(name in request.headers for name in ("If-None-Match", "If-Modified-Since"))


def _from_the_beginning(header: str) -> bool:
    """Whether one of the wanted ranges begins with the first byte; or there is none."""
    match = _RANGES.match(header.replace(" ", ""))
    if match is None:
        return True  # not understood: the whole file is sent
    starts = (part.partition("-")[0] for part in match[1].split(","))
    return any(start and not start.strip("0") for start in starts)
