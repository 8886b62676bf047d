"""What each page costs in CPU, as a multiple of a bare Django request, in one run.

`python -m bench.pages` makes a site with the demo content in a temporary folder and asks
it through the WSGI entry, without a network, as an anonymous visitor. A bare request is
Django without middleware and a view that answers two words, in the same process, in turns
with the pages, so that the machine's speed cancels out.
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import date
from io import BytesIO
from typing import Any

ROUNDS = 15
PAGES_PER_ROUND = 20
BARE_PER_ROUND = 200


def environ(path: str) -> dict[str, Any]:
    """A WSGI environment for a GET by a browser."""
    path, _mark, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0",
        "HTTP_ACCEPT_ENCODING": "gzip, br",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def ask(handler: Any, path: str) -> int:
    """Send one request, read all of the answer; its status."""
    status: list[str] = []
    response = handler(environ(path), lambda line, headers, info=None: status.append(line))
    try:
        for _part in response:
            pass
    finally:
        response.close()
    return int(status[0].split()[0])


def seconds(handler: Any, path: str, times: int) -> float:
    """CPU seconds of this process for one request, averaged over `times`."""
    started = time.process_time()
    for _index in range(times):
        ask(handler, path)
    return (time.process_time() - started) / times


def prepare() -> None:
    """A site with the demo content in the folder that DATA_DIR names."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", verbosity=0)
    call_command("rebuild_index", noinput=True, verbosity=0)


def pages() -> dict[str, str]:
    """One address of each type of page."""
    from articles.models import Article
    from downloads.models import Package

    article = Article.objects.visible().filter(kind="article").first()
    package = Package.objects.visible().first()
    return {
        "article": article.get_absolute_url(),
        "package": package.get_absolute_url(),
        "home": "/",
        "column": article.column.get_absolute_url(),
        "search": "/search/?q=%E6%A3%80%E6%9F%A5%E7%82%B9",
        "feed": "/feed.xml",
    }


def measure() -> dict[str, float]:
    """The median over all rounds of page by bare request."""
    from django.core.wsgi import WSGIHandler
    from django.test import override_settings

    site = WSGIHandler()
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF="bench.bare"):
        bare = WSGIHandler()
    ratios: dict[str, list[float]] = {name: [] for name in pages()}
    addresses = pages()
    for path in addresses.values():
        if (status := ask(site, path)) != 200:
            raise SystemExit(f"{path} answered {status}.")
    for _round in range(ROUNDS):
        for name, path in addresses.items():
            with override_settings(ROOT_URLCONF="bench.bare"):
                yardstick = seconds(bare, "/", BARE_PER_ROUND)
            ratios[name].append(seconds(site, path, PAGES_PER_ROUND) / yardstick)
    return {name: statistics.median(values) for name, values in ratios.items()}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATA_DIR": folder,
            "DEBUG": "off",
            "SECRET_KEY": "benchmark",
            "SITE_URL": "http://127.0.0.1:8000",
            "DJANGO_SETTINGS_MODULE": "blogsite.settings",
        }
        prepare()
        print(f"{date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print("| page | bare Django requests of CPU |\n|---|---|")
        for name, ratio in measure().items():
            print(f"| {name} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
