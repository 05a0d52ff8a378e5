"""When a device is down and when it is back: not at the first lost echo, nor at the first that comes again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """For how long a device must not answer to be down, and answer without a break to be back."""

    down_after: timedelta
    up_after: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How a device stands, from the instant `since` on; None while nobody knows.

    `failing_since` and `answering_since` are the first probes of the run that goes on, of which one is None.
    """

    is_up: bool | None = None
    since: datetime | None = None
    failing_since: datetime | None = None
    answering_since: datetime | None = None

    def probed(self, *, answered: bool, at: datetime, patience: Patience) -> Reach:
        """How it stands after one more probe.

        It is down from the first probe that failed, and back from the first that was answered: that is what is
        measured. A device that comes and goes within `up_after` stays down, so that flapping is one outage.
        """
        run = replace(
            self,
            failing_since=None if answered else self.failing_since or at,
            answering_since=(self.answering_since or at) if answered else None,
        )
        # What was never known to be down need not prove that it is back.
        wait = patience.up_after if self.is_up is False else timedelta()
        is_back = run.answering_since is not None and at - run.answering_since >= wait
        if is_back and self.is_up is not True:
            return replace(run, is_up=True, since=run.answering_since)
        is_over = run.failing_since is not None and at - run.failing_since >= patience.down_after
        if is_over and self.is_up is not False:
            return replace(run, is_up=False, since=run.failing_since)
        return run
