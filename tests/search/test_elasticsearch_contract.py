"""The contract of engines on real servers, 8.19.3 and 9.2.0."""

import pytest
from django.test import TestCase

from tests.search.contract_commands import CommandContract
from tests.search.contract_counts import FacetContract, StatsContract
from tests.search.contract_lookups import LookupContract
from tests.search.contract_queryset import ConnectionsContract, DeepContract, QuerySetContract
from tests.search.contract_reader import ReaderContract
from tests.search.contract_results import ResultContract
from tests.search.contract_spelling import SpellingContract
from tests.search.contract_texts import LookupOfTextsContract
from tests.search.contract_writing import WritingContract
from tests.search.elasticsearch_servers import OnServer8, OnServer9

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.server, pytest.mark.elasticsearch]


class Elasticsearch8ReaderTests(OnServer8, ReaderContract, TestCase):
    pass


class Elasticsearch8LookupTests(OnServer8, LookupContract, TestCase):
    pass


class Elasticsearch8WritingTests(OnServer8, WritingContract, TestCase):
    pass


class Elasticsearch8QuerySetTests(OnServer8, QuerySetContract, TestCase):
    pass


class Elasticsearch8ResultTests(OnServer8, ResultContract, TestCase):
    pass


class Elasticsearch8LookupOfTextsTests(OnServer8, LookupOfTextsContract, TestCase):
    pass


class Elasticsearch8FacetTests(OnServer8, FacetContract, TestCase):
    pass


class Elasticsearch8StatsTests(OnServer8, StatsContract, TestCase):
    pass


class Elasticsearch8DeepTests(OnServer8, DeepContract, TestCase):
    pass


class Elasticsearch8ConnectionsTests(OnServer8, ConnectionsContract, TestCase):
    pass


class Elasticsearch8CommandTests(OnServer8, CommandContract, TestCase):
    pass


class Elasticsearch8SpellingTests(OnServer8, SpellingContract, TestCase):
    pass


class Elasticsearch9ReaderTests(OnServer9, ReaderContract, TestCase):
    pass


class Elasticsearch9LookupTests(OnServer9, LookupContract, TestCase):
    pass


class Elasticsearch9WritingTests(OnServer9, WritingContract, TestCase):
    pass


class Elasticsearch9QuerySetTests(OnServer9, QuerySetContract, TestCase):
    pass


class Elasticsearch9ResultTests(OnServer9, ResultContract, TestCase):
    pass


class Elasticsearch9LookupOfTextsTests(OnServer9, LookupOfTextsContract, TestCase):
    pass


class Elasticsearch9FacetTests(OnServer9, FacetContract, TestCase):
    pass


class Elasticsearch9StatsTests(OnServer9, StatsContract, TestCase):
    pass


class Elasticsearch9DeepTests(OnServer9, DeepContract, TestCase):
    pass


class Elasticsearch9ConnectionsTests(OnServer9, ConnectionsContract, TestCase):
    pass


class Elasticsearch9CommandTests(OnServer9, CommandContract, TestCase):
    pass


class Elasticsearch9SpellingTests(OnServer9, SpellingContract, TestCase):
    pass
