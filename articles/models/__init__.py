"""Articles and reprints, their further reading, and the glossary."""

from .article import Article
from .further_reading import FurtherReading
from .glossary import Term

__all__ = ["Article", "FurtherReading", "Term"]
