"""Where payment gateways tell their news: `/hooks/<gateway>/`. Their signature is what lets them in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from broadbill.payments.domain.gateway import GatewayUnknown, WebhookRefused
from broadbill.payments.operations.webhooks import take_in_webhook

# The largest webhook of any gateway is some kilobytes.
MOST_BYTES = 512 * 1024


@csrf_exempt
@require_POST
def gateway_hook(request: HttpRequest, gateway: str) -> HttpResponse:
    """Keep the news and answer; it is worked off in the background. Refused news are answered 400, and come again."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        take_in_webhook(gateway=gateway, body=request.body, headers=request.headers, now=timezone.now())
    except GatewayUnknown:
        return HttpResponse(status=404)
    except WebhookRefused as refusal:
        return HttpResponse(str(refusal), status=400, content_type="text/plain")
    return HttpResponse(status=204)
