"""What others do: Whoosh with jieba, and Elasticsearch's plain `match`; for comparison only."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import elasticsearch
from elasticsearch.helpers import bulk

from bench.search.contenders import BATCH, batches
from bench.search.sections import Section


def whole_text(section: Section) -> str:
    """Title, text and file names in one field, as sites with one document field have it."""
    return "\n".join([section.title, section.text, *section.files])


class WhooshJieba:
    """Whoosh with jieba's analyzer, as small Chinese sites ship it; queries without syntax."""

    def __init__(self, folder: Path, *, any_word: bool = False, of: "WhooshJieba | None" = None):
        import jieba
        from jieba.analyse import ChineseAnalyzer
        from whoosh.fields import ID, TEXT, Schema
        from whoosh.qparser import AndGroup, OrGroup, QueryParser, WhitespacePlugin

        jieba.setLogLevel(60)
        self.name = f"Whoosh + jieba, {'any word' if any_word else 'all words'}"
        self._folder, self._of, self.shares_index = folder, of, of is not None
        self._schema = Schema(name=ID(stored=True, unique=True), text=TEXT(ChineseAnalyzer()))
        group = OrGroup if any_word else AndGroup
        self._parser = QueryParser("text", self._schema, [WhitespacePlugin()], group=group)
        self._kept: Any = None

    @property
    def index(self) -> Any:
        return self._of.index if self._of else self._kept

    def build(self, sections: Iterable[Section]) -> None:
        from whoosh import index

        if self.shares_index:
            return
        self.close()
        self._folder.mkdir(parents=True)
        self._kept = index.create_in(self._folder, self._schema)
        writer = self._kept.writer(limitmb=256)
        for section in sections:
            writer.add_document(name=section.name, text=whole_text(section))
        writer.commit()

    def write(self, section: Section) -> None:
        writer = self.index.writer()
        writer.update_document(name=section.name, text=whole_text(section))
        writer.commit()

    def ask(self, query: str) -> list[str]:
        with self.index.searcher() as searcher:
            found = searcher.search(self._parser.parse(query), limit=10)
            len(found)
            return [hit["name"] for hit in found]

    def close(self) -> None:
        if self._kept:
            self._kept.close()
        if not self._of:
            shutil.rmtree(self._folder, ignore_errors=True)


class PlainMatch:
    """One text field with the standard analyzer, asked by `match`: what a first attempt does."""

    name = "Elasticsearch, plain match"
    shares_index = False
    _index = "plain"

    def __init__(self, url: str):
        self._client = elasticsearch.Elasticsearch(url, request_timeout=60)

    def build(self, sections: Iterable[Section]) -> None:
        self._client.options(ignore_status=404).indices.delete(index=self._index)
        self._client.indices.create(
            index=self._index,
            settings={"number_of_replicas": 0},
            mappings={"properties": {"name": {"type": "keyword"}, "text": {"type": "text"}}},
        )
        for batch in batches(sections, BATCH):
            bulk(self._client, [{"_index": self._index, **_fields(each)} for each in batch])
        self._client.indices.refresh(index=self._index)

    def write(self, section: Section) -> None:
        self._client.index(index=self._index, document=_fields(section))

    def ask(self, query: str) -> list[str]:
        answer = self._client.search(
            index=self._index, query={"match": {"text": query}}, size=10, source_includes=["name"],
            track_total_hits=True,
        )  # fmt: skip
        return [hit["_source"]["name"] for hit in answer["hits"]["hits"]]

    def close(self) -> None:
        self._client.options(ignore_status=404).indices.delete(index=self._index)
        self._client.close()


def _fields(section: Section) -> dict[str, str]:
    return {"name": section.name, "text": whole_text(section)}
