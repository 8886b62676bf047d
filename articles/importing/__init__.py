"""Articles from folders, files and ZIPs of Markdown, as four generators of sites write it."""

from .report import Outcome, Report, Result, Warned
from .run import ArticleImport
from .sources import FileRefused, FolderSource, Source, SourceUnreadable, ZipSource, open_source

__all__ = [
    "ArticleImport",
    "FileRefused",
    "FolderSource",
    "Outcome",
    "Report",
    "Result",
    "Source",
    "SourceUnreadable",
    "Warned",
    "ZipSource",
    "open_source",
]
