"""A whole site as a process of its own: started, asked, stopped, and looked for afterwards."""

import http.cookiejar
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from tests.postgresql import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
END_SECONDS = 20
# What a developer's shell may hold and these sites must not inherit.
FOREIGN = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS"}


class Site:
    """A site in a new folder; `start()` and `stop()` as often as one likes."""

    def __init__(self, **variables: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="site-"))
        # A name that means something else in URLs and shells.
        self.folder = self.home / "数 据+a%20b"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in FOREIGN},
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "WEB_PROCESSES": "1",
            "DEMO": "off",
            **variables,
        }
        self._log = self.home / "log"

    @property
    def output(self) -> str:
        """What the last start has printed until now."""
        return self._log.read_text(encoding="utf-8")

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Begin to start, and do not wait."""
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "blogsite.start", *arguments],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
        return self.process

    def start(self) -> None:
        """Start, and wait until the site says so."""
        self.spawn()
        deadline = time.monotonic() + START_SECONDS
        while "站点已启动" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and wait for the end; the status."""
        self.process.send_signal(number)
        return self.process.wait(END_SECONDS)

    def remains(self) -> list[str]:
        """The processes of this site that are still there after some seconds."""
        deadline = time.monotonic() + END_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return list(left.values())

    def processes(self) -> dict[int, str]:
        """Every process with this site's folder in its environment: number and command."""
        mine = f"DATA_DIR={self.folder}".encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mine in (entry / "environ").read_bytes().split(b"\0"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(entry.name)] = command
            except OSError:  # it ended meanwhile
                continue
        return found

    def manage(self, *arguments: str) -> str:
        """What a command of manage.py prints."""
        return subprocess.run(
            [sys.executable, "-m", "blogsite.start", "--only", *arguments],
            env=self.environment, cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def remove(self) -> None:
        """End what is left and remove what it wrote."""
        for number in self.processes():
            os.kill(number, signal.SIGKILL)
        shutil.rmtree(self.home)


class Browser:
    """A visitor who keeps cookies, as browsers do: by host, whatever the port."""

    def __init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def get(self, url: str) -> tuple[int, str]:
        """Status and text of a page, after redirects."""
        try:
            with self._opener.open(url, timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def log_in(self, site: Site, name: str, password: str) -> str:
        """The page after the login form of admin."""
        page = self.get(f"{site.url}/admin/login/?next=/admin/")[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None, page
        form = {"csrfmiddlewaretoken": token[1], "username": name, "password": password}
        data = urllib.parse.urlencode({**form, "next": "/admin/"}).encode()
        with self._opener.open(f"{site.url}/admin/login/", data, timeout=20) as response:
            return response.read().decode()
