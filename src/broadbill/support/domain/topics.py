"""What a ticket is about, and whose turn it is."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    FAULT = "fault"
    BILL = "bill"
    CONTRACT = "contract"
    DETAILS = "details"
    OTHER = "other"


class State(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"


# What a customer may choose from; `details` comes from the page of details.
CHOSEN = (Topic.FAULT, Topic.BILL, Topic.CONTRACT, Topic.OTHER)
