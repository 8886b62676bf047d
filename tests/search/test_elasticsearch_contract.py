"""The contract of engines on real servers: 8.19.3 and 9.2.0."""

import pytest
from django.test import TestCase

from tests.search.contract import LookupContract, ReaderContract, WritingContract
from tests.search.elasticsearch_servers import OnServer8, OnServer9

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.server, pytest.mark.elasticsearch]


class Elasticsearch8ReaderTests(OnServer8, ReaderContract, TestCase):
    pass


class Elasticsearch8LookupTests(OnServer8, LookupContract, TestCase):
    pass


class Elasticsearch8WritingTests(OnServer8, WritingContract, TestCase):
    pass


class Elasticsearch9ReaderTests(OnServer9, ReaderContract, TestCase):
    pass


class Elasticsearch9LookupTests(OnServer9, LookupContract, TestCase):
    pass


class Elasticsearch9WritingTests(OnServer9, WritingContract, TestCase):
    pass
