"""Messages on their way out, and the local mailbox where they land when no mail server is set."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.exports import ROWS_AT_A_TIME, every_row, list_file, wants_file
from broadbill.console.forms import Resend
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.words import MESSAGES
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.messaging.adapters.choose import mailbox_folder, sends_by_smtp
from broadbill.messaging.domain.drafts import AttachmentReference
from broadbill.messaging.domain.states import MessageState
from broadbill.messaging.operations.attachments import fetch
from broadbill.messaging.operations.outbox import retry
from broadbill.messaging.queries.mailbox import attachment_content, mailbox_page, read_mail
from broadbill.messaging.queries.outbox import MessageDetail, counts_by_state, message_detail, outbox_page

COLUMNS = {
    "message": "id",
    "kind": "kind",
    "recipient": "recipient",
    "subject": "subject",
    "state": "state",
    "attempts": "attempts",
    "created_at": "created_at",
    "sent_at": "sent_at",
    "last_error": "last_error",
}


@requires(Permission.VIEW_MESSAGES)
@require_GET
def outbox(request: HttpRequest) -> HttpResponseBase:
    asked = request.GET.get("q", "").strip()
    given = request.GET.get("state", "")
    state = MessageState(given) if given in set(MessageState) else None
    if wants_file(request):
        rows = every_row(outbox_page, key="before_id", state=state, search=asked, limit=ROWS_AT_A_TIME)
        return list_file("outbox", rows, COLUMNS)
    after = request.GET.get("after", "")
    page = outbox_page(state=state, search=asked, before_id=int(after) if after.isdigit() else None)
    context = {
        "page": page,
        "next_page": {"first": not after, "next_key": page.next_key},
        "asked": asked,
        "state": state,
        "kept": [("state", state.value)] if state else [],
        "counts": [(count, MESSAGES[count.state]) for count in counts_by_state()],
        "is_local": not sends_by_smtp(),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/outbox/list.html{part}", context)


@requires(Permission.VIEW_MESSAGES)
@require_GET
def message(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(number)
    return render(request, "console/outbox/message.html", {"message": found})


@requires(Permission.VIEW_MESSAGES)
@require_GET
def message_attachment(request: HttpRequest, number: int, index: int) -> HttpResponse:
    """The file as it goes out, fetched from whoever provides it."""
    found = _found(number)
    if index >= len(found.attachments):
        raise Http404
    provider, reference = found.attachments[index]
    file = fetch(AttachmentReference(provider=provider, reference=reference))
    return _download(file.filename, file.content)


@requires(Permission.SEND_MESSAGES)
@require_http_methods(["GET", "POST"])
def resend(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(number)
    form = Resend(request.POST or None, recipient=found.row.recipient)
    question = Question(
        title=_("Send again"),
        words=found.row.last_error,
        verb=_("Send again"),
        form=form,
        back=_("Message"),
        back_href=reverse("console:message", args=[number]),
    )

    def act() -> str:
        to = form.cleaned_data["recipient"]
        retry(message_id=number, recipient=to, actor=staff(request).actor, now=timezone.now())
        return _("The message is queued again, to %s.") % to

    return ask(request, question, act)


@requires(Permission.VIEW_MESSAGES)
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    page = mailbox_page(folder=mailbox_folder(), before=request.GET.get("after") or None)
    after = {"first": "after" not in request.GET, "next_key": page.next_before}
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/outbox/mailbox.html{part}", {"page": page, "next_page": after})


@requires(Permission.VIEW_MESSAGES)
@require_GET
def mail(request: HttpRequest, name: str) -> HttpResponse:
    found = read_mail(folder=mailbox_folder(), name=name)
    if found is None:
        raise Http404
    return render(request, "console/outbox/mail.html", {"mail": found})


@requires(Permission.VIEW_MESSAGES)
@require_GET
def mail_attachment(request: HttpRequest, name: str, index: int) -> HttpResponse:
    found = attachment_content(folder=mailbox_folder(), name=name, index=index)
    if found is None:
        raise Http404
    attachment, content = found
    return _download(attachment.filename, content)


def _found(number: int) -> MessageDetail:
    found = message_detail(number)
    if found is None:
        raise Http404
    return found


def _download(filename: str, content: bytes) -> HttpResponse:
    """Always a download: what came with a mail is never opened as a page of this site."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename.replace(chr(34), "_")}"'
    return response
