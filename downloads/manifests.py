"""What a package says of itself: the package.json in its ZIP, else its file name."""

import json
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from content.models import Picture
from content.plain import opening
from content.rendering.cleaning import clean

from .models import Release

AUTHOR = "本站"
MAX_TAGS = 8
MAX_MANIFEST_BYTES = 1024**2
_VERSION_IN_NAME = re.compile(r"[-_. ]v?(\d[0-9A-Za-z.+_-]*)$")
_ENVIRONMENT_MAX = 200
_SPELLINGS = {"jquery": "jQuery", "node": "Node.js"}
_SHORT_REPOSITORY = re.compile(r"(?:github:)?([\w.-]+/[\w.-]+)")


@dataclass(frozen=True)
class PackageFacts:
    """What is to be written about a package. An empty slug is made from the title."""

    kind: str
    title: str
    version: str
    licence: str = ""
    environment: str = ""
    summary: str = ""
    body: str = ""
    source_url: str = ""
    demo_url: str = ""
    tags: tuple[str, ...] = ()
    column: str = ""
    slug: str = ""
    author: str = AUTHOR
    published_at: datetime | None = None
    pictures: tuple[Picture, ...] = ()


def read_facts(file: Path, *, kind: str, name: str, column: str = "") -> PackageFacts:
    """The facts about the inspected ZIP `file`, whose own name is `name`."""
    stem = name[: -len(".zip")] if name.lower().endswith(".zip") else name
    manifest = _manifest(file)
    in_name = _VERSION_IN_NAME.search(stem)
    description = _text(manifest.get("description"))
    keywords = manifest.get("keywords")
    if isinstance(keywords, str):
        keywords = re.split(r"[,，;；]+", keywords)
    words = [_text(word)[:60] for word in keywords] if isinstance(keywords, list) else []
    return PackageFacts(
        kind=kind,
        title=_text(manifest.get("name"))[:150] or (stem[: in_name.start()] if in_name else stem),
        version=_version(_text(manifest.get("version")), in_name[1] if in_name else ""),
        licence=_licence(manifest)[:60],
        environment=_environment(manifest),
        summary=opening(description, 299),
        body=description,
        source_url=_source_url(manifest),
        tags=tuple(dict.fromkeys(word for word in words if word))[:MAX_TAGS],
        column=column,
    )


def _text(value: Any) -> str:
    return " ".join(clean(value).split()) if isinstance(value, str) else ""


def _manifest(file: Path) -> dict[str, Any]:
    """The package.json at the top of the archive or one folder below; {} without one."""
    try:
        with zipfile.ZipFile(file) as archive:
            found = [
                entry
                for entry in archive.infolist()
                if entry.filename.rpartition("/")[2] == "package.json"
                and entry.filename.count("/") <= 1
                and entry.file_size <= MAX_MANIFEST_BYTES
            ]
            if not found:
                return {}
            nearest = min(found, key=lambda entry: (entry.filename.count("/"), entry.filename))
            manifest = json.loads(archive.read(nearest).decode("utf-8-sig"))
    # A package is a package without a readable manifest too; its file name says enough.
    except (zipfile.BadZipFile, OSError, ValueError, RecursionError, RuntimeError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _version(*candidates: str) -> str:
    field = Release._meta.get_field("version")
    for candidate in candidates:
        version = candidate.removeprefix("v")[:40]
        try:
            return str(field.clean(version, None))
        except ValidationError:
            continue
    return "1.0"


def _licence(manifest: dict[str, Any]) -> str:
    value = manifest.get("license") or manifest.get("licenses")
    if isinstance(value, list):
        value = next(iter(value), "")
    if isinstance(value, dict):
        value = value.get("type") or value.get("name")
    return _text(value)


def _environment(manifest: dict[str, Any]) -> str:
    """What it runs with: what the manifest says in words, else whom it needs beside itself."""
    if said := _text(manifest.get("environment")):
        return said[:_ENVIRONMENT_MAX]
    needed: dict[str, str] = {}
    for section in ("peerDependencies", "engines"):
        named = manifest.get(section)
        if isinstance(named, dict):
            needed |= {_text(name): _text(version) for name, version in named.items()}
    words = [f"{_SPELLINGS.get(name, name)} {version}".strip() for name, version in needed.items()]
    while words and len("; ".join(words)) > _ENVIRONMENT_MAX:
        words.pop()
    return "; ".join(word for word in words if word)


def _source_url(manifest: dict[str, Any]) -> str:
    """The project's page, else its repository, as an https address; "" when there is none."""
    repository = manifest.get("repository")
    if isinstance(repository, dict):
        repository = repository.get("url")
    for address in (_text(manifest.get("homepage")), _text(repository)):
        short = _SHORT_REPOSITORY.fullmatch(address)
        if short:
            address = f"https://github.com/{short[1]}"
        address = address.removeprefix("git+")
        address = re.sub(r"^(?:git|ssh)://(?:git@)?", "https://", address)
        address = address.removesuffix(".git") if "github.com" in address else address
        if _is_https(address):
            return address
    return ""


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and "." in (parts.hostname or "") and len(address) <= 500
    except ValueError:
        return False
