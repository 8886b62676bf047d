"""Run what must happen without hands: the jobs of settings.WORKER_JOBS."""

import logging
import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from content.worker import Worker, tasks


class Command(BaseCommand):
    help = "Run the site's background jobs until stopped. Several workers are safe."
    # Migrations may still be to come when this starts; it waits for the database anyway.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Run every job once, then end.")

    def handle(self, **options: Any) -> None:
        worker = Worker(tasks())
        if options["once"]:
            if not worker.run_once():
                raise CommandError("Some jobs failed; see the log.")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_ignored: worker.stop())
        if options["verbosity"]:
            names = ", ".join(lease.task.name for lease in worker.leases)
            self.stdout.write(f"The worker runs {names}.")
            self.stdout.flush()
        if not worker.run():
            # A job that does not end by itself is made to survive this, like a power cut.
            logging.shutdown()
            self.stdout.flush()
            os._exit(0)
