"""The beacon of the search page: a reader followed a result of this query."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import querylog


# Nothing but a count follows from it, and the page may have been left already.
@csrf_exempt
@require_POST
def click(request: HttpRequest) -> HttpResponse:
    """204, whatever is counted; which result it was is nobody's business."""
    if not _is_from_here(request):
        return HttpResponse(status=403)
    querylog.note_click(request, request.POST.get("q", ""))
    return HttpResponse(status=204)


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent it, as far as the browser says so."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    # Browsers leave the other header out without https.
    try:
        origin = urlsplit(request.headers.get("Origin", "")).netloc
    except ValueError:
        return False
    return bool(origin) and origin == request.get_host()
