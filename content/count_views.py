"""The beacon: a page says that somebody is looking at it, wherever the page came from."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import counting, kinds

_MAX_KEY = 2**63


# Nothing but a count follows from it, and it comes from pages that were made for somebody else.
@csrf_exempt
@require_POST
def beacon(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """204, whatever is counted: whether there is such a page is asked when counts are folded."""
    if not _is_from_here(request):
        return HttpResponse(status=403)
    if pk >= _MAX_KEY or kind not in {each.name for each in kinds.every()}:
        return HttpResponse(status=404)
    counting.count_beacon(request, kind, pk)
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
