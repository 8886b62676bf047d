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
from search.segmentation import Lessons, Run, Word, required, subwords


class ReaderQuery(BaseInput):
    """The words of a visitor, cut at the length that the page announces.

    `lessons` are what people taught search (`search.vocabulary`).
    """

    input_type_name = "reader_query"
    post_process = False

    def __init__(self, query_string: str, lessons: Lessons | None = None, **kwargs: object) -> None:
        super().__init__(str(query_string)[: query_limit()], **kwargs)
        self.lessons = lessons

    @cached_property
    def runs(self) -> list[Run]:
        return segmentation.read(self.query_string, self.lessons)

    @property
    def words(self) -> list[Word]:
        """Each word once, in the order of the query."""
        return list({word.text: word for run in self.runs for word in run.words}.values())

    @cached_property
    def required(self) -> list[tuple[Word, ...]]:
        """What a text with every word has: of each of these, one word."""
        return required(self.runs)

    @property
    def loose(self) -> list[Word]:
        """The words one of which is enough for the last texts that a reader is shown.

        Shorter words inside of long ones are among them. A lone character is not, unless the
        query has nothing else; code terms are not, for they are never optional.
        """
        words = [word for each in self.required for word in each if not word.is_code]
        asked = [word for word in words if not word.is_character] or words
        inside = [part for word in words for part in subwords(word)]
        return list({word.text: word for word in [*asked, *inside]}.values())

    @property
    def code(self) -> list[Word]:
        """The code terms: each text must have them all."""
        return list({word.text: word for (word, *_) in self.required if word.is_code}.values())
