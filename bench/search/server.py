"""An Elasticsearch server to be measured: that of the tests, without what slows it down."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.elasticsearch import Node

VERSION = "8.19.3"


class MeasuredNode(Node):
    """The tests stop at the first compiler, for a quick start; measured is what sites run."""

    def _configure(self, peers: object) -> None:
        super()._configure(peers)  # type: ignore[arg-type]
        options = self.folder / "config" / "jvm.options"
        lines = options.read_text().splitlines()
        options.write_text("\n".join(line for line in lines if "TieredStop" not in line) + "\n")


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server with 512 MB of its own, in a temporary folder."""
    with TemporaryDirectory(prefix="elasticsearch-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        node = MeasuredNode(VERSION, Path(folder) / "node-0")
        try:
            node.start()
            node.wait()
            yield node.url
        finally:
            node.stop()
