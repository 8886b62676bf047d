"""The names of entries: how they are decoded (Z15), and what they may be (Z1, Z5, Z6)."""

import re

from django.utils.translation import gettext as _

from downloads.archives.directory import UTF8, Record
from downloads.archives.limits import Clock, Limits
from downloads.archives.refusals import SHOWN_CHARACTERS, Findings

# Backslashes count as separators here: on Windows they are.
OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|\Z)", re.DOTALL)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FORBIDDEN = re.compile(r'[:*?"<>|]')
RESERVED = re.compile(
    r"(?:^|/)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³]) *(?:\.[^/]*)?(?:/|\Z)",
    re.IGNORECASE,
)
TRAILING = re.compile(r"[. ](?:/|\Z)")
EMPTY_PART = re.compile(r"//|/\Z|\A\Z")
OLD_MAC_ICON = re.compile(r"(?:^|/)(?:\._)?Icon\r(?:/|\Z)")
LONGEST_CHARACTER = 4  # bytes, in UTF-8 as in GB18030


def check_names(records: list[Record], limits: Limits, clock: Clock, findings: Findings) -> None:
    """Decode every name, once and for all, and note those that break a rule.

    A name that is too long is kept only as far as a message shows it.
    """
    encoding = _encoding(records, clock)
    for record in records:
        clock.check()
        text = _decoded(record, encoding)
        path = record.raw.decode(errors="replace") if text is None else text
        if _leads_outside(path, record):
            sentence = _("The path leads outside of the folder that the archive is unpacked into.")
            findings.note("Z1", sentence, record)
        record.is_dir = path.endswith("/")
        body = path[:-1] if record.is_dir else path
        problem = _("The name is not valid text.") if text is None else _problem(body)
        if problem:
            findings.note("Z5", problem, record)
        too_long = _is_too_long(body, limits)
        if too_long:
            findings.note("Z6", _too_long(limits), record)
        record.path = path[: SHOWN_CHARACTERS + 1] if too_long else path
        record.raw, record.aliases, record.local_aliases = b"", [], []


def _encoding(records: list[Record], clock: Clock) -> str:
    """What the archive's unflagged names are in: one encoding for all of them."""
    for record in records:
        clock.check()
        if not record.flags & UTF8:
            try:
                record.raw.decode()
            except UnicodeDecodeError:
                return "gb18030"
    return "utf-8"


def _decoded(record: Record, encoding: str) -> str | None:
    raw = next((name for speaks, name in record.aliases if speaks), None)
    if raw is not None or record.flags & UTF8:
        encoding = "utf-8"
    try:
        return (record.raw if raw is None else raw).decode(encoding)
    except UnicodeDecodeError:
        return None


def _leads_outside(path: str, record: Record) -> bool:
    # The names that another program might take count too, valid or not.
    others = [name for _speaks, name in record.aliases + record.local_aliases]
    if record.aliases:
        others.append(record.raw)
    paths = [path, *(name.decode(errors="replace") for name in others)]
    return any(OUTSIDE.match(candidate) for candidate in paths)


def _problem(body: str) -> str | None:
    """What is wrong with a path, its last slash taken off, in a sentence."""
    if EMPTY_PART.search(body):
        return _("A name in the path is empty.")
    if OLD_MAC_ICON.search(body):
        return _(
            "The folder's icon file of old macOS has a line break in its name. "
            "Delete the file named Icon and zip the folder again."
        )
    if CONTROL.search(body):
        return _("The name holds control characters.")
    if BIDIRECTIONAL.search(body):
        return _("The name holds characters that turn the direction of text.")
    if "\\" in body:
        return _(
            "Folders are separated by backslashes, as old .NET programs did. "
            "Zip the files again with another program, such as Explorer or 7-Zip."
        )
    if FORBIDDEN.search(body):
        return _('The name holds a character that Windows does not allow (: * ? " < > |).')
    if RESERVED.search(body):
        return _("Windows reserves this name for a device. Rename the file and zip it again.")
    if TRAILING.search(body):
        return _("A name in the path ends in a dot or a space.")
    return None


def _is_too_long(body: str, limits: Limits) -> bool:
    if len(body) > limits.max_path_characters or body.count("/") >= limits.max_depth:
        return True
    if len(body) * LONGEST_CHARACTER <= limits.max_part_bytes:
        return False
    return any(
        len(part.encode(errors="replace")) > limits.max_part_bytes for part in body.split("/")
    )


def _too_long(limits: Limits) -> str:
    sentence = _(
        "The path is longer than %(characters)d characters, a part of it longer than "
        "%(bytes)d bytes, or it has more than %(levels)d levels."
    )
    return sentence % {
        "characters": limits.max_path_characters,
        "bytes": limits.max_part_bytes,
        "levels": limits.max_depth,
    }
