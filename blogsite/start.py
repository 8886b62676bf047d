"""Start the whole site with one command: prepare what is missing, then server and worker.

`python -m blogsite.start` is the production shape (debug off, gunicorn); `--dev` has debug
on and reloads. Both stop together: when one ends, so does the other. `prepare`, `server` and
`worker` are the parts alone, for a service manager that starts each by itself.
"""

import argparse
import fcntl
import hashlib
import http.client
import importlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django
import environ
from django.core.exceptions import ImproperlyConfigured

from . import checks
from .processes import BASE_DIR, STOP_SECONDS, Orders, end_with_parent, spawn, stop

MANAGE = [sys.executable, str(BASE_DIR / "manage.py")]
START_SECONDS = 60  # how long the server may take until it answers


def main() -> int:
    """Prepare and run; 0 when it was told to stop, 1 when something failed, 2 for wrong usage."""
    orders = Orders()
    arguments = parse_arguments()
    if arguments.with_parent:
        end_with_parent(os.getppid())
    try:
        environment = complete_environment(arguments.dev)
        os.environ.update(environment)
        os.environ["DJANGO_SETTINGS_MODULE"] = "blogsite.settings"
        importlib.import_module("blogsite.settings")
    except (ImproperlyConfigured, OSError) as error:
        print(f"The site cannot start: {error}", file=sys.stderr)
        return 2
    if arguments.only:
        become([*MANAGE, *arguments.only], environment)
    if arguments.part == "worker":
        become([*MANAGE, "worker"], environment)
    address = f"127.0.0.1:{environment['PORT']}"
    server = [*MANAGE, "runserver", address] if arguments.dev else gunicorn(address, environment)
    if arguments.part != "prepare" and (problem := port_problem(int(environment["PORT"]))):
        print(problem, file=sys.stderr)
        return 1
    for warning in checks.proxies_are_named():
        print(f"{warning.msg} {warning.hint}", file=sys.stderr)
    if arguments.part == "server":
        become(server, environment)
    logins = arguments.part == "all"
    status = prepare(environment, orders, dev=arguments.dev, logins=logins)
    if status or arguments.part == "prepare":
        return status
    return run(server, environment, orders)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ["all", "prepare", "server", "worker"]
    parser.add_argument("part", nargs="?", choices=parts, default="all", help="only this part")
    parser.add_argument("--dev", action="store_true", help="debug on, reloads on changes")
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the process that started this ends"
    )
    parser.add_argument(
        "--only", nargs=argparse.REMAINDER, metavar="COMMAND", help="run this command of manage.py"
    )
    return parser.parse_args()


def become(command: list[str], environment: dict[str, str]) -> None:
    """Run a command in place of this process, so that signals and statuses are its own."""
    os.chdir(BASE_DIR)
    os.execve(command[0], command, environment)  # noqa: S606


# The environment


def complete_environment(dev: bool) -> dict[str, str]:
    """The environment of the site, with everything that production needs and nobody set."""
    environment = dict(os.environ)
    port = environment.setdefault("PORT", "8000")
    checks.port_number(port)
    processes = environment.setdefault("WEB_PROCESSES", "2")
    if not (processes.isascii() and processes.isdigit() and int(processes[:4]) > 0):
        raise ImproperlyConfigured(f"WEB_PROCESSES must be a number from 1, not “{processes}”.")
    environment["DEBUG"] = "on" if dev else environment.get("DEBUG", "off")
    data_dir = Path(environment.get("DATA_DIR") or BASE_DIR / "var").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "uploads").mkdir(mode=0o700, exist_ok=True)
    environment["DATA_DIR"] = str(data_dir)
    environment["SITE_URL"] = environment.get("SITE_URL") or f"http://127.0.0.1:{port}"
    if not environment.get("SECRET_KEY"):
        environment["SECRET_KEY"] = kept_secret(data_dir / "secret")
    return environment


def kept_secret(path: Path) -> str:
    """The secret in the file at `path`, made at the first start and readable by its owner only.

    Whoever links first wins: of two first starts at once, both read the same secret.
    """
    if not path.exists():
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix="secret-")
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(descriptor)
        try:
            with suppress(FileExistsError):
                os.link(name, path)
        finally:
            Path(name).unlink()
    if secret := path.read_text().strip():
        return secret
    raise ImproperlyConfigured(f"The file {path} is empty; remove it, and a new secret is made.")


def port_problem(port: int) -> str:
    """Why nothing of ours can listen on this port of 127.0.0.1; empty if it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return f"Port {port} needs permissions that you do not have. Choose one from 1024 on."
        except OSError:
            other = port + 1 if port < 65535 else port - 1
            return f"Port {port} is in use. Choose another: make start PORT={other}"
    return ""


# Preparing


def prepare(environment: dict[str, str], orders: Orders, *, dev: bool, logins: bool) -> int:
    """Bring database, demo, logins, index and static files up to date."""
    data_dir = Path(environment["DATA_DIR"])
    with only_one(data_dir / "start.lock", orders):
        for command in preparations(environment, dev=dev, logins=logins):
            if orders.to_stop:
                break
            process = spawn(command, environment)
            while process.poll() is None and not orders.to_stop:
                time.sleep(0.05)
            stop([process], orders)
            if process.returncode and not orders.to_stop:
                print(f"Stopped: “{' '.join(command[1:])}” failed.", file=sys.stderr)
                return 1
        if not dev and not orders.to_stop:
            (data_dir / "static.stamp").write_text(static_stamp())
    return 128 + orders.number if orders.to_stop else 0


@contextmanager
def only_one(path: Path, orders: Orders) -> Iterator[None]:
    """Wait while another start prepares the same DATA_DIR."""
    with path.open("w") as file:
        while not orders.to_stop:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.2)
        yield


def preparations(environment: dict[str, str], *, dev: bool, logins: bool) -> list[list[str]]:
    """The commands that make the site ready; each does nothing when there is nothing to do."""
    commands = [[*MANAGE, "migrate", "--verbosity=0"]]
    if environment.get("DATABASE_URL"):
        commands.insert(0, [sys.executable, "-m", "blogsite.database"])
    if environment.get("DEMO", "on").strip().lower() in environ.Env.BOOLEAN_TRUE_STRINGS:
        commands.append([*MANAGE, "load_demo"])
    if logins:  # it prints passwords, which are not for the log of a service
        commands.append([*MANAGE, "make_logins"])
    # A search server that is away does not keep the site from starting: the worker sees to it.
    commands.append([*MANAGE, "search_sync", "--once", "--embedded"])
    data_dir = Path(environment["DATA_DIR"])
    if not dev and not static_is_current(data_dir):
        (data_dir / "static.stamp").unlink(missing_ok=True)
        commands.append([*MANAGE, "collectstatic", "--noinput", "--clear", "--verbosity=0"])
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
    is_there = stamp.exists() and (data_dir / "static" / "staticfiles.json").exists()
    return is_there and stamp.read_text() == static_stamp()


# Running


def run(server: list[str], environment: dict[str, str], orders: Orders) -> int:
    """Run server and worker until one of them ends or a signal comes; then stop both."""
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in (("server", server), ("worker", [*MANAGE, "worker"])):
            if not orders.to_stop:
                processes[name] = spawn(command, environment)
        is_announced = False
        deadline = time.monotonic() + START_SECONDS
        while not orders.to_stop and all(each.poll() is None for each in processes.values()):
            if not is_announced and time.monotonic() < deadline and answers(environment["PORT"]):
                is_announced = True
                address = environment["SITE_URL"].rstrip("/")
                print(f"\n站点已启动：{address}/ （按 Ctrl+C 停止）\n", flush=True)
            time.sleep(0.2 if is_announced else 0.05)
        ended = {name: each.returncode for name, each in processes.items() if each.poll()}
        ended |= {name: 0 for name, each in processes.items() if each.poll() == 0}
    finally:
        if orders.to_stop:
            print("正在停止……", flush=True)
        stop(list(processes.values()), orders)
    if orders.to_stop:
        return 0
    name, status = next(iter(ended.items()))
    how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
    print(f"The {name} ended by itself, {how}; so the site was stopped.", file=sys.stderr)
    return status if status > 0 else 128 - status if status else 1


def gunicorn(address: str, environment: dict[str, str]) -> list[str]:
    """The command of the production server. Threads wait for disks, processes use the cores."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "blogsite.wsgi:application",
        f"--bind={address}",
        f"--workers={environment['WEB_PROCESSES']}",
        "--threads=4",
        "--preload",
        # Whom to believe is decided in blogsite/middleware.py alone, by TRUSTED_PROXIES.
        "--forwarded-allow-ips=",
        # Its heartbeat file in memory: on a slow disk a worker would look dead.
        *(["--worker-tmp-dir=/dev/shm"] if Path("/dev/shm").is_dir() else []),  # noqa: S108
        # A pasted question of several hundred Chinese characters is cut by the page, not here.
        "--limit-request-line=8190",
        "--max-requests=10000",
        "--max-requests-jitter=1000",
        f"--graceful-timeout={STOP_SECONDS - 5}",
        "--no-control-socket",
        "--log-level=warning",
    ]


def answers(port: str) -> bool:
    """Whether the server answers, whatever it says."""
    # Not urllib: it would ask the proxy that http_proxy names.
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


if __name__ == "__main__":
    sys.exit(main())
