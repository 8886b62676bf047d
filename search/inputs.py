"""What a reader typed, as a Haystack input: `filter(content=ReaderQuery("…"))`.

Haystack's own lookups are boolean. This one ranks: first the texts that have every run of
the query as it was written, then those with every word, then those with any word; in the
first two, those that have it all in their title come first. Code terms such as `c++` are
required in each. Nothing in it is a query language.
"""

from functools import cached_property

from haystack.inputs import BaseInput

from search import segmentation
from search.indexes import query_limit
from search.segmentation import Run, Word


class ReaderQuery(BaseInput):
    """The words of a visitor, cut at the length that the page announces."""

    input_type_name = "reader_query"
    post_process = False

    def __init__(self, query_string: str, **kwargs: object) -> None:
        super().__init__(str(query_string)[: query_limit()], **kwargs)

    @cached_property
    def runs(self) -> list[Run]:
        return segmentation.read(self.query_string)

    @property
    def words(self) -> list[Word]:
        """Each word once, in the order of the query."""
        return list({word.text: word for run in self.runs for word in run.words}.values())
