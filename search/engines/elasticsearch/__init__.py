"""The search engine of larger sites: Elasticsearch 8 and 9, by the client of version 8.19."""

from haystack.backends import BaseEngine

from search.engines.elasticsearch.backend import ElasticsearchSearchBackend
from search.engines.query import TreeSearchQuery


class ElasticsearchSearchEngine(BaseEngine):
    """What HAYSTACK_CONNECTIONS names as ENGINE."""

    backend = ElasticsearchSearchBackend
    query = TreeSearchQuery
