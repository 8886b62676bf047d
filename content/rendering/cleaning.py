"""Characters that no text may hold, replaced before anything reads it."""

import re

_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_INVALID = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")


def clean(source: str) -> str:
    """`source` as valid text: NUL and lone surrogates become U+FFFD, controls go."""
    # JSON from some editors splits an emoji into its two halves.
    source = _SURROGATE_PAIR.sub(
        lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), source
    )
    return _CONTROL.sub("", _INVALID.sub("\ufffd", source))
