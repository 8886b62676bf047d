"""Run a command with DATABASE_URL of a real PostgreSQL that lives as long as the command."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blogsite.processes import Orders, spawn, stop


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server() -> Iterator[str]:
    """A server in a temporary folder, on 127.0.0.1; gives its DATABASE_URL."""
    programs = max(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    # PostgreSQL refuses to run as root; its Debian package made a user for it.
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    prefix = as_user if os.geteuid() == 0 else []
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        command = [*prefix, str(programs / program), *arguments]
        # In a session of its own: a signal to all of this group is not for the server.
        subprocess.run(
            command, check=True, cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True
        )

    data = str(folder / "data")
    options = (
        f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c synchronous_commit=off"
        " -c full_page_writes=off -c max_connections=100"
    )
    try:
        if prefix:
            shutil.chown(folder, "postgres", "postgres")
        run("initdb", "-D", data, "-U", "blog", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "blog", "blog")
        yield f"postgres://blog@127.0.0.1:{port}/blog"
    finally:
        # Also when it was started and did not answer in time.
        if (folder / "data" / "postmaster.pid").exists():
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    # Noted, not raised: no signal can interrupt what starts or removes the server.
    orders = Orders()
    with server() as url:
        print(f"PostgreSQL: {' '.join(sys.argv[1:])}", flush=True)
        process = spawn(sys.argv[1:], {**os.environ, "DATABASE_URL": url})
        while process.poll() is None and not orders.to_stop:
            time.sleep(0.05)
        stop([process], orders)
    return 128 + orders.number if orders.to_stop else abs(process.returncode)


if __name__ == "__main__":
    sys.exit(main())
