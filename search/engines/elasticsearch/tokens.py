"""Our tokens as a server's `whitespace` analyzer reads them: each Han character alone.

`search.segmentation` gives pairs of neighbouring characters, which SQLite needs. Here the
server makes pairs by itself (`index_phrases`), so that a single character is a term too.
"""

from collections.abc import Iterable, Sequence

from search.segmentation import is_han, tokenize

# The borders of a long text: what stands at its beginning or its end can be asked for. Of
# private use, so that no text has them, and behind all letters in the order of terms.
BEGIN, END = "\ue000", "\ue001"


def characters(tokens: Sequence[str]) -> list[str]:
    """Tokens of a text or of a word as terms: 缓存 存穿 穿 as 缓 存 穿."""
    found: list[str] = []
    for place, token in enumerate(tokens):
        if len(token) != 2 or not is_han(token):
            found.append(token)
            continue
        found.append(token[0])
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if not following.startswith(token[1]):
            found.append(token[1])
    return found


def text(words: Sequence[str], *, bordered: bool = False) -> str:
    """The terms of a text, joined as they are sent."""
    terms = characters(words)
    return " ".join([BEGIN, *terms, END] if bordered else terms)


def pairs(texts: Iterable[str]) -> list[str]:
    """What is telling of texts: their Latin words, and pairs of Han characters."""
    return [token for each in texts for token in tokenize(each).words if len(token) > 1]
