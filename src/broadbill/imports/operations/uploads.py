"""Files that somebody brings to a page: kept, checked again, confirmed, thrown away. The work is the worker's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from broadbill.imports.domain.errors import NotInThatState, UploadTooLarge
from broadbill.imports.domain.upload import DAYS_KEPT, DECIDED, ENDED, OCTETS_AT_MOST, Kind, State
from broadbill.imports.models import RowProblem, Upload, UploadPart
from broadbill.kernel.operations.events import record_event

WORK_TASK = "imports.work"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpload:
    """What is brought. `map` is the text of a map that can be read; `source` is usage's."""

    kind: Kind
    file: str
    map_name: str = ""
    map: str = ""
    source: str = ""


@transaction.atomic
def take_upload(*, upload: NewUpload, chunks: Iterable[bytes], now: datetime, actor: str) -> int:
    """Keep the file and have it checked: a dry run, by the worker. Returns its number.

    Raises: UploadTooLarge.
    """
    kept = Upload.objects.create(
        kind=upload.kind,
        file=upload.file,
        map_name=upload.map_name,
        map=upload.map,
        source=upload.source,
        state=State.CHECKING,
        asked_by=actor,
        asked_at=now,
    )
    for position, chunk in enumerate(chunks):
        kept.octets += len(chunk)
        if kept.octets > OCTETS_AT_MOST:
            raise UploadTooLarge(file=upload.file, megabytes=OCTETS_AT_MOST // 1024**2)
        UploadPart.objects.create(upload=kept, position=position, content=chunk)
    kept.save(update_fields=["octets"])
    _tell(kept, "import.asked", now, actor)
    _work_later(kept)
    return kept.id


@transaction.atomic
def check_again(*, number: int, now: datetime, actor: str) -> None:
    """Have the file checked anew, after what was wrong around it was put right. Raises: NotInThatState."""
    kept = _decided(number, State.CHECKING)
    _tell(kept, "import.asked", now, actor)
    _work_later(kept)


@transaction.atomic
def confirm_upload(*, number: int, now: datetime, actor: str) -> None:
    """Have a file that was found good imported, all of it or nothing. Raises: NotInThatState."""
    kept = _decided(number, State.IMPORTING)
    kept.decided_by = actor
    kept.save(update_fields=["decided_by"])
    _tell(kept, "import.confirmed", now, actor)
    _work_later(kept)


@transaction.atomic
def discard_upload(*, number: int, now: datetime, actor: str) -> None:
    """Throw the file away; who brought it stays on record. Raises: NotInThatState."""
    kept = _decided(number, State.DISCARDED)
    kept.decided_by, kept.ended_at = actor, now
    kept.save(update_fields=["decided_by", "ended_at"])
    _tell(kept, "import.discarded", now, actor)
    forget_file(kept)


@transaction.atomic
def discard_forgotten(*, now: datetime, actor: str) -> int:
    """Throw away the files that nobody has decided about for long. Returns how many."""
    old = Upload.objects.exclude(state__in=ENDED).filter(asked_at__lt=now - timedelta(days=DAYS_KEPT))
    numbers = [kept.id for kept in old.order_by("id") if kept.state in DECIDED[State.DISCARDED]]
    for number in numbers:
        discard_upload(number=number, now=now, actor=actor)
    return len(numbers)


def forget_file(kept: Upload) -> None:
    """Its rows hold customers' names and addresses, and are not needed any more."""
    UploadPart.objects.filter(upload=kept).delete()
    RowProblem.objects.filter(upload=kept).delete()


def _decided(number: int, state: State) -> Upload:
    """The upload, locked, in the state that somebody wants for it. Raises: NotInThatState."""
    # Looked at before it is locked, too: while it is imported its row is locked for as long as that takes.
    _refuse_other_state(Upload.objects.get(pk=number), state)
    kept = Upload.objects.select_for_update(no_key=True).get(pk=number)
    _refuse_other_state(kept, state)
    kept.state = state
    kept.save(update_fields=["state"])
    return kept


def _refuse_other_state(kept: Upload, wanted: State) -> None:
    if State(kept.state) not in DECIDED[wanted]:
        raise NotInThatState(number=kept.id, state=kept.state)


def _work_later(kept: Upload) -> None:
    app.configure_task(WORK_TASK).defer(number=kept.id)


def _tell(kept: Upload, verb: str, now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="import",
        object_id=str(kept.id),
        occurred_at=now,
        data={"file": kept.file, "kind": kept.kind, "octets": kept.octets},
    )
