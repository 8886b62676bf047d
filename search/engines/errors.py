"""What can go wrong between the site and an index, by what a caller can do about it."""

from haystack.exceptions import SearchBackendError


class SearchFailure(SearchBackendError):
    """The index did not do what was asked. All errors below are of this kind."""


class IndexUnusable(SearchFailure):
    """The index is damaged or of another version: it must be rebuilt, waiting does not help."""


class IndexBusy(SearchFailure):
    """Another process held the index for too long: the same request may work later."""


class SearchTimeout(SearchFailure):
    """The answer took longer than a visitor is made to wait."""


class QueryRefused(SearchFailure):
    """The request of the program makes no sense: an unknown syntax, or a tree nested too deep."""
