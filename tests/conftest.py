"""Every test writes below a temporary folder of its own process, never into var/."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import override_settings


@pytest.fixture(scope="session", autouse=True)
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """DATA_DIR and all that lies below it, for the whole run of this process."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "static").mkdir()
    # Haystack keeps the dictionary it was given at import, so its path is changed in place.
    settings.HAYSTACK_CONNECTIONS["default"]["PATH"] = str(folder / "index" / "search.sqlite3")
    with override_settings(
        DATA_DIR=folder,
        PICTURES_DIR=folder / "pictures",
        MEDIA_ROOT=folder / "pictures",
        PACKAGES_DIR=folder / "packages",
        SPOOL_DIR=folder / "spool",
        FILE_UPLOAD_TEMP_DIR=None,
        STATIC_ROOT=folder / "static",
        INDEX_DIR=folder / "index",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    ):
        yield folder


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No test finds what pages of another one kept: it would hide what a page costs."""
    caches["template_fragments"].clear()
