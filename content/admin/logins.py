"""Users and groups in admin, with permissions named in the language of the reader."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_ACTIONS = {
    "add": _("Can add %(name)s"),
    "change": _("Can change %(name)s"),
    "delete": _("Can delete %(name)s"),
    "view": _("Can view %(name)s"),
}


class PermissionsField(forms.ModelMultipleChoiceField):
    """Django stores names of permissions in English; these are made from the model's name."""

    def label_from_instance(self, obj: Permission) -> str:
        model = obj.content_type.model_class()
        action = obj.codename.partition("_")[0]
        if model is None or action not in _ACTIONS:
            return gettext(obj.name)
        return str(_ACTIONS[action] % {"name": model._meta.verbose_name})


class _ChinesePermissions(admin.ModelAdmin):
    """Permissions as a plain list, named after the models as the admin names them."""

    # Not filter_horizontal: the script of Django's selector has no Chinese text.
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.remote_field.model is Permission:
            kwargs.update(
                form_class=PermissionsField,
                queryset=Permission.objects.select_related("content_type"),
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister([User, Group])


@admin.register(User)
class BlogUserAdmin(_ChinesePermissions, UserAdmin):
    """Django's own, with permissions that can be read."""


@admin.register(Group)
class BlogGroupAdmin(_ChinesePermissions, GroupAdmin):
    """Django's own, with permissions that can be read."""
