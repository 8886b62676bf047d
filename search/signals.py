"""Hear every change that search can see, and write it into the outbox.

Only models that an index knows are listened to: a listener for all models would make Django
read every row that it deletes. Raw saves are heard too, for going back to a version is one.
What is changed by `QuerySet.update()` sends no signal; `outbox.note_keys()` is for that.
"""

from typing import Any

from django.db.models import Model, signals
from haystack.indexes import SearchIndex
from haystack.signals import BaseSignalProcessor

from . import outbox
from .dependencies import Dependency, declared_indexes, dependencies


class OutboxSignalProcessor(BaseSignalProcessor):
    """Writes outbox rows in the transaction of the change, drains after its commit."""

    def setup(self) -> None:
        indexes = declared_indexes()
        self._indexes: dict[type[Model], SearchIndex] = {
            index.get_model(): index for index in indexes
        }
        self._dependencies: dict[type[Model], list[Dependency]] = {}
        for dependency in dependencies(indexes):
            self._dependencies.setdefault(dependency.model, []).append(dependency)
        for model in self._indexes:
            signals.post_save.connect(self.handle_save, sender=model)
            signals.post_delete.connect(self.handle_delete, sender=model)
        for model in self._dependencies:
            signals.post_save.connect(self.handle_part_saved, sender=model)
            signals.pre_delete.connect(self.handle_part_deletion, sender=model)
        for through in self._links():
            signals.m2m_changed.connect(self.handle_links, sender=through)

    def teardown(self) -> None:
        for model in self._indexes:
            signals.post_save.disconnect(self.handle_save, sender=model)
            signals.post_delete.disconnect(self.handle_delete, sender=model)
        for model in self._dependencies:
            signals.post_save.disconnect(self.handle_part_saved, sender=model)
            signals.pre_delete.disconnect(self.handle_part_deletion, sender=model)
        for through in self._links():
            signals.m2m_changed.disconnect(self.handle_links, sender=through)

    def handle_save(self, sender: type[Model], instance: Model, **kwargs: Any) -> None:
        """An indexed object was saved, by a form, by a program or by going back to a version."""
        written = kwargs.get("update_fields")
        volatile = getattr(self._indexes[sender], "volatile_fields", ())
        if written is None or set(written) - set(volatile):
            outbox.note(instance)

    def handle_delete(self, sender: type[Model], instance: Model, **kwargs: Any) -> None:
        """An indexed object was deleted."""
        outbox.note(instance)

    def handle_part_saved(
        self, sender: type[Model], instance: Model, created: bool = False, **kwargs: Any
    ) -> None:
        """A row that documents are made from was saved: one row for it, fanned out later."""
        if not created or any(not self._is_linked(each) for each in self._dependencies[sender]):
            outbox.note(instance)

    def handle_part_deletion(self, sender: type[Model], instance: Model, **kwargs: Any) -> None:
        """A row that documents are made from goes: afterwards nothing says which they were."""
        for dependency in self._dependencies[sender]:
            model = dependency.index.get_model()
            outbox.note_keys((model, key) for key in list(dependency.keys(instance.pk)))

    def handle_links(
        self,
        sender: type[Model],
        instance: Model,
        action: str,
        reverse: bool = False,
        model: type[Model] | None = None,
        pk_set: set[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Links of an indexed object changed: tags were added, removed or cleared."""
        if not reverse:
            if action.startswith("post_") and type(instance) in self._indexes:
                outbox.note(instance)
            return
        for dependency in self._dependencies.get(type(instance), ()):
            if dependency.index.get_model() is not model:
                continue
            if action == "pre_clear":
                # Once cleared, nothing says which objects had been linked.
                instance._outbox_cleared = list(dependency.keys(instance.pk))  # type: ignore[attr-defined]
            elif action == "post_clear":
                cleared = instance.__dict__.pop("_outbox_cleared", [])
                outbox.note_keys((model, key) for key in cleared)
            elif action.startswith("post_"):
                outbox.note_keys((model, key) for key in pk_set or ())

    def _links(self) -> set[type[Model]]:
        """The tables between indexed models and what their documents are made from."""
        found: set[type[Model]] = set()
        for every in self._dependencies.values():
            for dependency in every:
                names = {lookup.partition("__")[0] for lookup in dependency.lookups}
                for field in dependency.index.get_model()._meta.many_to_many:
                    if field.name in names:
                        found.add(field.remote_field.through)
        return found

    def _is_linked(self, dependency: Dependency) -> bool:
        """Whether objects get this part by a link, whose signal comes after the part's own."""
        links = {field.name for field in dependency.index.get_model()._meta.many_to_many}
        return all(lookup.partition("__")[0] in links for lookup in dependency.lookups)
