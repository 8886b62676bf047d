"""The writer's desk for articles, their further reading, and the glossary."""

from .articles import ArticleAdmin
from .terms import TermAdmin

__all__ = ["ArticleAdmin", "TermAdmin"]
