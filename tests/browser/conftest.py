"""The site as `make start` runs it, on a port and a folder of its own, and a real browser."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.postgresql import free_port

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "screenshots"
START_SECONDS = 180
# As root, chromium has no sandbox; without the others it looks for hosts that are not there.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    """A running site: where it is, where it writes, and who may log in."""

    url: str
    data_dir: Path
    passwords: dict[str, str]
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """What a command of manage.py prints, run beside the site."""
        return subprocess.run(
            [sys.executable, "-m", "blogsite.start", "--only", *arguments],
            env=self.environment, cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "The site ended while it was starting."
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{url} did not answer within {START_SECONDS} s.")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole site with its demo content, started once for all browser tests."""
    data_dir, port = tmp_path_factory.mktemp("site"), free_port()
    passwords = {"editor": "bian-ji-ce-shi-1", "admin": "guan-li-ce-shi-1"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "SECRET_KEY", "SITE_URL"}
    } | {
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "DEBUG": "off",
        "EDITOR_PASSWORD": passwords["editor"],
        "ADMIN_PASSWORD": passwords["admin"],
    }
    log = (data_dir / "site.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "blogsite.start"],
        cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/healthz", process)
        yield Site(url, data_dir, passwords, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(
    chromium: Browser, site: Site, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens pages that fail the test on any script error or violation of the security policy.

    Each is photographed at the end into screenshots/, so that a failure can be looked at.
    """
    pages: list[Page] = []
    complaints: list[str] = []

    def open_(width: int = 1280, height: int = 900, **options: object) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=site.url,
            locale="zh-CN",
            **options,
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        page.set_default_timeout(15_000)
        pages.append(page)
        return page

    yield open_
    SCREENSHOTS.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    for number, page in enumerate(pages):
        page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png")
        page.context.close()
    assert complaints == []
