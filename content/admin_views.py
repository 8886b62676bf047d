"""What the writer's forms ask for while one types: pictures, previews, suggestions."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from . import descriptions, pictures, rendering, responsive, stamps
from .models import Picture
from .picture_rows import keep_picture


@require_POST
def store_picture(request: HttpRequest) -> JsonResponse:
    """Keep one uploaded picture; the answer is its address, or the sentence of a refusal.

    With it comes what the form then asks: what the picture shows.
    """
    if not request.user.has_perm("content.add_picture"):
        return JsonResponse({"error": _("You may not upload pictures.")}, status=403)
    upload = request.FILES.get("picture")
    if upload is None:
        return JsonResponse({"error": _("There is no file in the request.")}, status=400)
    try:
        picture = keep_picture(upload, uploaded_by=request.user)
    except pictures.PictureRefused as refused:
        return JsonResponse({"error": str(refused)}, status=400)
    answer = {
        "id": picture.pk,
        "url": picture.get_absolute_url(),
        "text": str(picture),
        "description": picture.description,
        "describe_url": reverse("admin:content_picture_describe", args=[picture.pk]),
        "question": descriptions.question(),
    }
    return JsonResponse(answer, status=201)


@require_POST
def describe_picture(request: HttpRequest, pk: int) -> JsonResponse:
    """Say what a picture shows, once; a description that is there is changed on its own page."""
    picture = get_object_or_404(Picture, pk=pk)
    is_own = picture.uploaded_by_id == request.user.pk and request.user.has_perm(
        "content.add_picture"
    )
    if not (is_own or request.user.has_perm("content.change_picture")):
        return JsonResponse({"error": _("You may not change pictures.")}, status=403)
    limit = Picture._meta.get_field("description").max_length
    said = " ".join(request.POST.get("description", "").replace("\0", "").split())[:limit]
    if said:
        with transaction.atomic():
            Picture.objects.filter(pk=pk, description="").update(description=said)
            stamps.change(stamps.CONTENT)  # signals hear no update()
    picture.refresh_from_db()
    return JsonResponse({"text": str(picture), "description": picture.description})


@require_POST
def markdown(request: HttpRequest) -> JsonResponse:
    """The HTML of a text as its page would show it, or the sentence of a refusal."""
    try:
        rendered = rendering.render_bounded(request.POST.get("body", ""))
    except rendering.RenderingRefused as refused:
        return JsonResponse({"error": str(refused)}, status=400)
    html = responsive.with_sizes(rendered.html, rendered.pictures)
    return JsonResponse({"html": html, "warning": descriptions.warning(rendered.html)})


@require_safe
def preview_frame(request: HttpRequest) -> HttpResponse:
    """An empty page in the look of the site, which the editor fills with the preview."""
    response = render(request, "admin/content/preview_frame.html")
    return unlisted(response)


def unlisted(response: HttpResponse) -> HttpResponse:
    """Keep a preview out of search engines and caches."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    return response
