"""Hear every change that search can see, and write it into the outbox."""

from haystack.signals import BaseSignalProcessor


class OutboxSignalProcessor(BaseSignalProcessor):
    """Writes outbox rows in the transaction of the change, drains after its commit."""
