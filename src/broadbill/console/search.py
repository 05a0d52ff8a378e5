"""Search over everything, as groups of links. A source is a function from the words asked, and who asks, to one
group; a page that owns a kind of object adds its source to SOURCES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from broadbill.console.navigation import places
from broadbill.console.staff import Staff

PER_GROUP = 6


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: a link with its icon, a title and the quiet facts under it."""

    icon: str
    title: str
    detail: str
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    found: list[Found]


Source = Callable[[str, Staff], Group]


def pages(asked: str, user: Staff) -> Group:
    """Pages of the office whose title has the words; all of them when nothing was asked."""
    every = [place for _group, group_places in places("", user) for place in group_places]
    return Group(
        _("Go to"),
        [
            Found(place.page.icon, str(place.page.title), "", place.href)
            for place in every
            if asked.casefold() in str(place.page.title).casefold()
        ],
    )


SOURCES: list[Source] = [pages]


def search(asked: str, user: Staff) -> list[Group]:
    """The groups that found something, at most PER_GROUP hits each, in the order of SOURCES."""
    groups = (source(asked, user) for source in SOURCES)
    return [Group(group.title, group.found[:PER_GROUP]) for group in groups if group.found]
