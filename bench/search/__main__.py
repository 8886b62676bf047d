"""`python -m bench.search [folder of Markdown]`: the figures of docs/search.md, as Markdown.

Ranking and times of both engines beside Whoosh with jieba and Elasticsearch's plain `match`:
on a folder's own headings, sentences and rare words; on judged queries over the demo content;
what search adds to a save; and at scale, with build rates and the time from a save until it
is found.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "demo"
PARTS = ("ranking", "judged", "saving", "scale")


def main() -> None:
    args = _arguments()
    # Who is told to end takes the server along, and leaves no folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-search-")))
        set_up(folder)
        # Only now: Django's settings are read when these are imported.
        from bench.search import report, server

        url = args.elasticsearch
        if not url and not args.no_elasticsearch:
            url = stack.enter_context(server.server())
        bench = report.Bench(folder, url, args.folder, DEMO, args.queries)
        bench.say_where()
        if "ranking" in args.parts:
            bench.ranking()
        if "judged" in args.parts:
            bench.judged()
        if "saving" in args.parts:
            bench.saving()
        for size in args.sizes if "scale" in args.parts else ():
            bench.at_scale(size, whoosh=size <= report.WHOOSH_UP_TO or args.large)


def set_up(folder: Path) -> None:
    """Django with its data in this folder."""
    os.environ |= {
        "DATA_DIR": str(folder),
        "DEBUG": "off",
        "SECRET_KEY": "benchmark",
        "SITE_URL": "http://127.0.0.1:8000",
        "DJANGO_SETTINGS_MODULE": "blogsite.settings",
    }
    import django

    django.setup()
    logging.disable(logging.WARNING)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DEMO / "articles")
    parser.add_argument("--elasticsearch", default="", help="address of a running server")
    parser.add_argument("--no-elasticsearch", action="store_true")
    parser.add_argument("--queries", type=int, default=500, help="of each kind that is drawn")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--large", action="store_true", help="Whoosh at every size, too")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    args = parser.parse_args()
    if not args.folder.is_dir():
        parser.error(f"{args.folder} is no folder.")
    return args


if __name__ == "__main__":
    main()
