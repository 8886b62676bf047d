"""Longer trials of search on real servers, run by hand before a release: `make drill`."""
