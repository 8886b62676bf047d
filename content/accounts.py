"""Who works on the site: the groups 编辑 and 管理员, pen names, and the first two logins."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction

from .models import Author

# Names of data, seen by people in this language only; not texts of the interface.
EDITORS = "编辑"
ADMINS = "管理员"

_CONTENT = [
    ("articles", "article"),
    ("downloads", "package"),
    ("downloads", "packagepicture"),
    ("content", "picture"),
    ("content", "tag"),
    ("content", "author"),
    ("articles", "term"),
    ("content", "command"),
    ("content", "verse"),
]
# What is part of something else: whoever writes it may do all with these.
_PARTS = [("articles", "furtherreading"), ("content", "tagalias")]
# Per group: app, model, and what its members may do. What an app does not have is left out.
_RIGHTS: dict[str, list[tuple[str, str, str]]] = {
    EDITORS: [
        # Delete means drafts: what was public, the admin of content refuses to everybody.
        *((app, model, "add change view delete") for app, model in _CONTENT[:3]),
        *((app, model, "add change view") for app, model in _CONTENT[3:]),
        *((app, model, "add change view delete") for app, model in _PARTS),
        ("downloads", "release", "view"),
        ("content", "column", "view"),
        ("search", "querycount", "view"),
    ],
    ADMINS: [
        *((app, model, "add change view delete") for app, model in [*_CONTENT, *_PARTS]),
        ("content", "sitesettings", "add change view"),
        ("content", "sitelink", "add change view delete"),
        ("downloads", "kindtext", "change view"),
        ("downloads", "release", "view"),
        ("content", "column", "add change view delete"),
        ("reports", "case", "view decide"),
        ("reports", "report", "view"),
        ("reports", "decision", "view"),
        ("search", "engine", "view"),
        ("search", "outboxrow", "view change"),
        ("search", "querycount", "view"),
        *(("search", model, "add change view delete") for model in ("word", "synonym", "pin")),
        ("content", "job", "view"),
        ("content", "sitesettings", "change view"),
        ("content", "sitelink", "add change view delete"),
        ("auth", "user", "view"),
    ],
}
# Without letters and digits that look alike.
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def ensure_groups(app_config: Any = None, using: str = "default", **kwargs: Any) -> None:
    """Give both groups at least their rights. Listens to `post_migrate`; safe to repeat.

    The rights of an app exist once that app was migrated, so each app adds its own.
    """
    state = kwargs.get("apps")
    if state is not None and "group" not in state.all_models.get("auth", {}):
        return  # one app alone was migrated, before there are groups
    label = app_config.label if app_config is not None else None
    for name, rights in _RIGHTS.items():
        wanted = models.Q(pk__in=[])
        for app, model, actions in rights:
            if label in (None, app):
                codenames = [f"{action}_{model}" for action in actions.split()]
                wanted |= models.Q(content_type__app_label=app, codename__in=codenames)
        permissions = list(Permission.objects.using(using).filter(wanted))
        if permissions:
            group, _is_new = Group.objects.using(using).get_or_create(name=name)
            group.permissions.add(*permissions)


def make_pen_name(user: Any) -> Author:
    """A pen name for `user`: the full name or the login, numbered when somebody has it."""
    wanted = (" ".join(user.get_full_name().split()) or user.get_username())[:50]
    name, number = wanted, 1
    while Author.objects.filter(name=name).exists():
        number += 1
        name = f"{wanted} {number}"
    return Author.objects.create(name=name, user=user)


@dataclass(frozen=True)
class Login:
    """A login that was made, or given a new password."""

    name: str
    password: str
    is_new: bool


def make_login(
    name: str, *, group: str, superuser: bool, password: str = "", reset: bool = False
) -> Login | None:
    """Make the login `name`; None when it was there and keeps its password.

    An empty `password` means one made up here.
    """
    users = get_user_model()._default_manager
    password = password or "".join(secrets.choice(_LETTERS) for _index in range(16))
    with transaction.atomic():
        user = users.filter(**{get_user_model().USERNAME_FIELD: name}).first()
        is_new = user is None
        if user is not None and not reset:
            return None
        if user is None:
            user = get_user_model()(**{get_user_model().USERNAME_FIELD: name})
            user.is_staff, user.is_superuser = True, superuser
        user.set_password(password)
        user.save()
        if is_new:
            user.groups.add(Group.objects.get_or_create(name=group)[0])
    return Login(name, password, is_new)
