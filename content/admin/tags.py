"""Tags in admin: renaming, other names, merging, and suggestions for the writer's form."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from taggit.models import Tag as StockTag

from content import merging
from content.forms import TagForm
from content.models import Tag, TagAlias

# More at once than anybody can judge.
MAX_MERGED = 50
SUGGESTIONS = 10

# taggit's own tags, which nothing here carries, would stand beside ours under the same name.
if admin.site.is_registered(StockTag):
    admin.site.unregister(StockTag)


class UnusedFilter(admin.SimpleListFilter):
    """Tags that nothing carries."""

    title = _("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("used")), ("no", _("not used"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"yes", "no"}:
            return queryset.filter(items__isnull=self.value() == "no").distinct()
        return queryset


class AliasFormSet(forms.models.BaseInlineFormSet):
    """Other names of one tag; the database alone would find two new ones that are the same."""

    def clean(self) -> None:
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            name = form.cleaned_data.get("name") if form.is_valid() else None
            if not name or form in self.deleted_forms:
                continue
            if name.casefold() in seen:
                raise ValidationError(_("“%(name)s” stands here twice."), params={"name": name})
            seen.add(name.casefold())


class AliasInline(admin.TabularInline):
    """Other names of a tag. Who may change the tag may change them."""

    model = TagAlias
    formset = AliasFormSet
    fields = ["name"]
    extra = 1
    verbose_name_plural = _("other names: who types one of them gets this tag")

    def _may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("content.change_tag")

    has_add_permission = has_change_permission = has_delete_permission = _may_change

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("content.view_tag") or self._may_change(request)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    """A renamed tag keeps its old address, and what carries it is found under the new name."""

    form = TagForm
    inlines = [AliasInline]
    list_display = ["name", "uses", "other_names", "slug"]
    list_filter = [UnusedFilter]
    # Counting uses makes Django forget the order of the model.
    ordering = ["name"]
    search_fields = ["name", "slug", "aliases__name"]
    actions = ["merge_selected"]
    change_form_template = "admin/content/tag_form.html"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Tag]:
        uses = models.Count("items", distinct=True)
        return (
            super().get_queryset(request).annotate(number_of_uses=uses).prefetch_related("aliases")
        )

    @admin.display(description=_("uses"), ordering="number_of_uses")
    def uses(self, tag: Any) -> int:
        return tag.number_of_uses

    @admin.display(description=_("other names"))
    def other_names(self, tag: Tag) -> str:
        return "、".join(alias.name for alias in tag.aliases.all())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("suggest/", view(suggest), name="content_tag_suggest"),
            path("merge/", view(self.merge_view), name="content_tag_merge"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["can_merge"] = self.has_merge_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    # Merging

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Merging renames and deletes."""
        return self.has_change_permission(request) and self.has_delete_permission(request)

    @admin.action(description=_("Merge the selected tags"), permissions=["merge"])
    def merge_selected(self, request: HttpRequest, queryset: models.QuerySet[Tag]) -> Any:
        keys = list(queryset.values_list("pk", flat=True)[: MAX_MERGED + 1])
        if len(keys) > MAX_MERGED:
            text = _("Merge at most %(limit)d tags at once.") % {"limit": MAX_MERGED}
            self.message_user(request, text, messages.WARNING)
            return None
        return HttpResponseRedirect(_merge_url(keys))

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """Which of these tags stays: asked with what each carries, then done."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        wanted = {
            int(key) for key in request.GET.getlist("tag") if key.isdecimal() and len(key) < 19
        }
        rows = self.get_queryset(request).filter(pk__in=sorted(wanted)[:MAX_MERGED])
        tags = list(rows.order_by("-number_of_uses", "name"))
        kept = [tag for tag in tags if str(tag.pk) == request.POST.get("keep")]
        if request.method == "POST" and len(tags) == len(wanted) > 1 and kept:
            return self._merge(request, tags, kept[0])
        if len(tags) < len(wanted) or not tags:
            text = _("Some of these tags are gone: somebody merged or deleted them.")
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(reverse("admin:content_tag_changelist"))
        another = AnotherTagForm(self.admin_site, tags)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Merge tags"),
            "tags": tags,
            "another": another if len(tags) < MAX_MERGED else None,
            "media": self.media + another.media,
        }
        return TemplateResponse(request, "admin/content/tag_merge.html", context)

    def _merge(self, request: HttpRequest, tags: list[Tag], kept: Tag) -> HttpResponse:
        others = [tag for tag in tags if tag != kept]
        names = "、".join(f"“{tag}”" for tag in others)
        try:
            with transaction.atomic():
                self.log_deletions(request, Tag.objects.filter(pk__in=[tag.pk for tag in others]))
                moved = merging.merge(others, kept)
                self.log_change(request, kept, str(_("Took over %(names)s.") % {"names": names}))
        except Tag.DoesNotExist:
            return HttpResponseRedirect(request.get_full_path())  # which says that it is gone
        text = ngettext(
            "%(names)s merged into “%(tag)s”, which %(count)d more page carries now.",
            "%(names)s merged into “%(tag)s”, which %(count)d more pages carry now.",
            moved,
        )
        values = {"names": names, "tag": kept, "count": moved}
        self.message_user(request, text % values, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:content_tag_change", args=[kept.pk]))


class AnotherTagForm(forms.Form):
    """One more tag for the merge page; it comes back as `?tag=`."""

    def __init__(self, site: admin.AdminSite, tags: list[Tag]) -> None:
        super().__init__()
        self.fields["tag"] = forms.ModelChoiceField(
            Tag.objects.exclude(pk__in=[tag.pk for tag in tags]),
            label=_("Another tag"),
            widget=AutocompleteSelect(TagAlias._meta.get_field("tag"), site),
        )


def _merge_url(keys: list[int]) -> str:
    return f"{reverse('admin:content_tag_merge')}?{urlencode([('tag', key) for key in keys])}"


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Tags that contain what was typed, or have another name that does.

    Those that begin with it first, then the most used.
    """
    typed = " ".join(request.GET.get("q", "").replace("\0", "").split())[:60]
    if not typed:
        return JsonResponse({"tags": []})
    aliases = TagAlias.objects.filter(tag=models.OuterRef("pk"))
    same = models.Q(name__iexact=typed) | models.Exists(aliases.filter(name__iexact=typed))
    begins = models.Q(name__istartswith=typed) | models.Exists(
        aliases.filter(name__istartswith=typed)
    )
    place = models.Case(models.When(same, then=0), models.When(begins, then=1), default=2)
    found = Tag.objects.named_like(typed).annotate(count=models.Count("items"), place=place)
    rows = found.order_by("place", "-count", "name").values("name", "count")
    return JsonResponse({"tags": list(rows[:SUGGESTIONS])})
