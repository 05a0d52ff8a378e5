"""Imported once, by the process that billing workers are forked from: everything a worker needs."""

from __future__ import annotations

import django

django.setup()

# Django's modules are imported once Django is set up.
import broadbill.billing.operations.chunk  # noqa: E402, F401
