"""Start the whole site with one command: prepare what is missing, then server and worker.

`python -m blogsite.start` is the production shape (debug off, gunicorn); `--dev` has debug
on and reloads. Both stop together: when one ends, so does the other.
"""

import argparse
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import django

BASE_DIR = Path(__file__).resolve().parent.parent
START_SECONDS = 60  # how long the server may take until it answers
STOP_SECONDS = 15  # how long open requests may take when stopping


def main() -> int:
    """Prepare and run; the exit status of the process that ended first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="debug on, reloads on changes")
    parser.add_argument(
        "--only", nargs=argparse.REMAINDER, metavar="COMMAND", help="run this command of manage.py"
    )
    arguments = parser.parse_args()
    dev = arguments.dev
    environment = complete_environment(dev)
    if arguments.only:
        command = [sys.executable, str(BASE_DIR / "manage.py"), *arguments.only]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    port = int(environment["PORT"])
    if is_taken(port):
        print(f"Port {port} is in use. Choose another: make start PORT={port + 1}", file=sys.stderr)
        return 1
    for command in preparations(environment, dev):
        result = subprocess.run(command, env=environment, cwd=BASE_DIR, check=False)  # noqa: S603
        if result.returncode:
            print(f"Stopped: “{' '.join(command[1:])}” failed.", file=sys.stderr)
            return 1
    if not dev:
        (Path(environment["DATA_DIR"]) / "static.stamp").write_text(static_stamp())
    return run(environment, dev)


def complete_environment(dev: bool) -> dict[str, str]:
    """The environment of the site, with everything that production needs and nobody set."""
    environment = dict(os.environ)
    environment.setdefault("PORT", "8000")
    environment["DEBUG"] = "on" if dev else environment.get("DEBUG", "off")
    data_dir = Path(environment.get("DATA_DIR") or BASE_DIR / "var").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    environment["DATA_DIR"] = str(data_dir)
    environment.setdefault("SITE_URL", f"http://127.0.0.1:{environment['PORT']}")
    if not environment.get("SECRET_KEY"):
        environment["SECRET_KEY"] = kept_secret(data_dir / "secret")
    return environment


def kept_secret(path: Path) -> str:
    """The secret in the file at `path`, made at the first start and readable by its owner only."""
    if not path.exists():
        new = path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        new.replace(path)
    return path.read_text().strip()


def is_taken(port: int) -> bool:
    """Whether something listens on the port of 127.0.0.1 already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def preparations(environment: dict[str, str], dev: bool) -> list[list[str]]:
    """The commands that make the site ready; each does nothing when there is nothing to do."""
    manage = [sys.executable, str(BASE_DIR / "manage.py")]
    commands = [[*manage, "migrate", "--verbosity=0"]]
    if environment.get("DEMO", "on") == "on":
        commands.append([*manage, "load_demo"])
    commands += [[*manage, "make_logins"], [*manage, "search_sync", "--once"]]
    if not dev and not static_is_current(Path(environment["DATA_DIR"])):
        commands.append([*manage, "collectstatic", "--noinput", "--clear", "--verbosity=0"])
    return commands


def static_stamp() -> str:
    """A hash over names, sizes and times of every static file of the site and its libraries."""
    digest = hashlib.sha256()
    for root in (BASE_DIR, Path(django.__file__).parent / "contrib" / "admin"):
        for path in sorted(root.glob("*/static/**/*" if root == BASE_DIR else "static/**/*")):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path}{facts.st_size}{facts.st_mtime_ns}".encode())
    return digest.hexdigest()


def static_is_current(data_dir: Path) -> bool:
    """Whether the collected static files are those of this checkout."""
    stamp = data_dir / "static.stamp"
    return stamp.exists() and stamp.read_text() == static_stamp()


def run(environment: dict[str, str], dev: bool) -> int:
    """Run server and worker until one of them ends or a signal comes; then stop both."""
    manage = [sys.executable, str(BASE_DIR / "manage.py")]
    address = f"127.0.0.1:{environment['PORT']}"
    server = [*manage, "runserver", address] if dev else gunicorn(address, environment)
    # Groups of their own: Ctrl+C reaches only this process, which then stops both in order.
    processes = [
        subprocess.Popen(command, env=environment, cwd=BASE_DIR, start_new_session=True)  # noqa: S603
        for command in (server, [*manage, "worker"])
    ]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        if wait_until_it_answers(f"http://{address}/healthz", processes[0]):
            print(f"\n站点已启动：{environment['SITE_URL']}/ （按 Ctrl+C 停止）\n", flush=True)
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
        status = next(process.returncode for process in processes if process.poll() is not None)
    except KeyboardInterrupt:
        status = 0
    finally:
        stop(processes)
    return abs(status or 0)


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def gunicorn(address: str, environment: dict[str, str]) -> list[str]:
    """The command of the production server. Threads wait for disks, processes use the cores."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "blogsite.wsgi:application",
        f"--bind={address}",
        f"--workers={environment.get('WEB_PROCESSES', '2')}",
        "--threads=4",
        "--preload",
        # Its heartbeat file in memory: on a slow disk a worker would look dead.
        *(["--worker-tmp-dir=/dev/shm"] if Path("/dev/shm").is_dir() else []),  # noqa: S108
        "--max-requests=10000",
        "--max-requests-jitter=1000",
        f"--graceful-timeout={STOP_SECONDS - 5}",
        "--no-control-socket",
        "--log-level=warning",
    ]


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether the server answered, whatever it said, before it ended or its time was over."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  our own address
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask every process to end, then insist."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
