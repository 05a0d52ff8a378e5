"""The portal in six languages: complete, in the account's own, with its numbers and dates, mirrored in Arabic."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from babel.messages.catalog import Message
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation

import translations
from broadbill.accounts.operations.change_profile import change_profile
from broadbill.core.period import Period
from broadbill.core.rating.because import TEXTS
from broadbill.design.formats import (
    day_full,
    day_text,
    locale_of,
    money_text,
    money_with_currency,
    period_text,
)
from broadbill.design.steps import step_words
from tests.console.page_checker import problems
from tests.portal.conftest import Ada
from tests.world import ACTOR, at, euro

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
TODAY = date(2026, 11, 25)


def body(response: Any) -> str:
    return str(response.content.decode())


class TestCatalogs:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_complete_and_keep_placeholders(self, language: str) -> None:
        """CONTRIBUTING.md, Languages, tells how to translate what is listed here."""
        assert translations.problems(language) == []

    def test_are_those_of_the_languages_that_can_be_chosen(self) -> None:
        assert sorted(LANGUAGES) == sorted(translations.LANGUAGES)
        assert len(translations.sources()) > 400

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_compiled_by_the_build(self, language: str) -> None:
        with translation.override(language):
            assert translation.gettext("Pay now") != "Pay now"
            assert translation.ngettext(*next(
                message.id for message in translations.sources().values() if isinstance(message.id, tuple)
            ), 2).count("%(minutes)s") <= 1  # fmt: skip

    @pytest.mark.parametrize(
        ("english", "translated", "complaint"),
        [
            ("Pay %(amount)s", "Zahlen", "placeholders [] instead of"),
            ("Pay {0}", "Zahlen {1}", "placeholders ['{1}'] instead of"),
            ("{0} to {1} is whole", "{0} bis {1} ist ganz", "a range is written {0} – {1}"),
        ],
    )
    def test_that_lost_something_are_told(self, english: str, translated: str, complaint: str) -> None:
        found = list(translations.misplaced(Message(english), Message(english, translated)))

        assert len(found) == 1
        assert found[0].startswith(complaint)

    def test_may_leave_out_the_number_in_one_plural_form(self) -> None:
        message = Message(("%(n)s day", "%(n)s days"))

        assert list(translations.misplaced(message, Message(message.id, ("one day", "%(n)s days")))) == []


class TestTheArithmetic:
    @pytest.mark.parametrize("language", [*LANGUAGES, "en"])
    def test_names_the_last_day_of_a_range_in_every_language(self, language: str) -> None:
        """2026-10-01 up to 2026-11-01 ends on 31 October."""
        with translation.override(language):
            text = translation.gettext(TEXTS["whole_period"]).format("2026-10-01", "2026-11-01")
        locale = locale_of(language)

        words = step_words(text, locale, today=TODAY)

        assert period_text(Period(date(2026, 10, 1), date(2026, 11, 1)), locale, today=TODAY) in words
        assert "2026" not in words


class TestFormats:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_write_every_kind_of_period(self, language: str) -> None:
        locale = locale_of(language)
        first = date(2026, 11, 1)
        written = [
            period_text(Period(first, ends), locale, today=TODAY)
            for ends in (date(2026, 11, 2), date(2026, 12, 1), date(2027, 1, 15), date(2027, 2, 1))
        ]

        assert len(set(written)) == 4
        assert "30" in written[1]
        assert day_full(first, locale) != day_text(first, locale, today=TODAY)

    def test_put_signs_where_the_language_has_them(self) -> None:
        written = {
            language: money_with_currency(euro("1234.50"), locale_of(language)) for language in LANGUAGES
        }

        assert written == {
            "es": "1.234,50\xa0€", "fr": "1\u202f234,50\xa0€", "de": "1.234,50\xa0€", "pt": "€\xa01.234,50",
            "ar": "\u200f1,234.50\xa0€",
        }  # fmt: skip

    def test_keep_signs_before_figures_from_right_to_left(self) -> None:
        assert money_text(euro("-12.50"), locale_of("ar")) == "\u200e−12.50"
        assert money_text(euro("12.50"), locale_of("ar"), signed=True) == "\u200e+12.50"
        assert money_text(euro("-12.50"), locale_of("de")) == "−12,50"


@pytest.mark.django_db
class TestPages:
    def speak(self, ada: Ada, language: str) -> None:
        change_profile(
            account_id=ada.account, changes={"language": language}, now=at("2026-01-02"), actor=ACTOR
        )

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_in_the_account_s_language(self, at_home: Client, ada: Ada, language: str) -> None:
        self.speak(ada, language)

        pages = [
            body(at_home.get(path))
            for path in ("/my/", f"/my/bills/{ada.bill}/", "/my/details/", "/my/help/")
        ]

        assert [problems(page) for page in pages] == [[], [], [], []]
        assert all(f'<html lang="{language}"' in page for page in pages)
        with translation.override(language):
            assert translation.gettext("Pay now") in pages[0]
        assert "Pay now" not in pages[0]

    def test_run_from_right_to_left_in_arabic(self, at_home: Client, ada: Ada) -> None:
        self.speak(ada, "ar")

        page = body(at_home.get(f"/my/bills/{ada.bill}/"))

        assert '<html lang="ar" dir="rtl"' in page
        assert (
            '<svg class="i turns" aria-hidden="true"><use href="/static/console/gen/icons.svg#chevron-left"/>'
            in page
        )

    def test_of_errors_are_too(self, at_home: Client, ada: Ada) -> None:
        self.speak(ada, "es")

        missing = [body(at_home.get(path)) for path in ("/my/bills/none/", "/my/help/999/")]

        assert [problems(page) for page in missing] == [[], []]
        assert all("No hay nada en esta dirección" in page for page in missing)
        assert all("There is no" not in page for page in missing)

    def test_stay_english_where_only_letters_know_the_language(self, at_home: Client, ada: Ada) -> None:
        self.speak(ada, "it")

        page = body(at_home.get("/my/details/"))

        assert '<html lang="en"' in page
        assert '<option value="it" selected>italiano</option>' in page

    def test_of_strangers_are_in_the_browser_s_language_or_the_chosen_one(self, client: Client) -> None:
        cache.clear()
        by_browser = client.get("/my/sign-in/", headers={"accept-language": "pt-BR,en;q=0.5"})
        client.post("/my/speak/", {"language": "fr", "next": "/my/sign-in/"})
        chosen = client.get("/my/sign-in/", headers={"accept-language": "pt-BR"})

        assert '<html lang="pt"' in body(by_browser)
        assert '<html lang="fr"' in body(chosen)
        assert [problems(body(one)) for one in (by_browser, chosen)] == [[], []]

    def test_of_the_office_are_english_whatever_the_browser_speaks(self, client: Client) -> None:
        cache.clear()
        assert '<html lang="en"' in body(client.get("/sign-in/", headers={"accept-language": "de"}))
