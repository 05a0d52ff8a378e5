"""Letters: written once in each language, as text and as HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from broadbill.messaging.domain.letter import letter
from broadbill.messaging.operations.write import LETTERS, write
from broadbill.payments.domain.over_billed import billed_too_much

FACTS = {
    "seller": "Lakeside & Söhne",
    "name": "Amina <Haddad>",
    "number": "2026-004512",
    "issued_on": "5. November 2026",
    "due_on": "19. November 2026",
    "period": "1.–30. Nov. 2026",
    "amount_due": "62,40 €",
    "total": "62,40 €",
    "reference": "RF71 2348 231",
    "contact": "help@lakeside.example",
    "notice": "",
    "corrects": "2026-004512",
}
LANGUAGES = sorted(path.stem for path in (LETTERS / "invoice").glob("*.txt"))


class TestWrite:
    def test_writes_an_invoice_in_german(self) -> None:
        written = write(kind="invoice", language="de-AT", facts=FACTS)

        assert written.language == "de"
        assert written.subject == "Ihre Rechnung 2026-004512 von Lakeside & Söhne"
        assert written.text == (
            "Guten Tag Amina <Haddad>,\n\n"
            "Ihre Rechnung 2026-004512 für 1.–30. Nov. 2026 finden Sie als PDF im Anhang.\n\n"
            "Rechnung: 2026-004512\n"
            "Datum: 5. November 2026\n"
            "Fällig am: 19. November 2026\n"
            "Verwendungszweck: RF71 2348 231\n"
            "Zu zahlen: 62,40 €\n\n"
            "Wenn Ihnen etwas unklar ist, antworten Sie einfach auf diese Nachricht "
            "oder melden Sie sich unter help@lakeside.example.\n\n"
            "Freundliche Grüße\nLakeside & Söhne\n"
        )

    def test_escapes_what_people_wrote_in_html_and_only_there(self) -> None:
        written = write(kind="invoice", language="de", facts=FACTS)

        assert "Amina &lt;Haddad&gt;" in written.html
        assert "Lakeside &amp; Söhne" in written.html
        assert "<Haddad>" not in written.html

    def test_shows_facts_as_a_table(self) -> None:
        html = write(kind="invoice", language="fr", facts=FACTS).html

        assert re.search(r">Net à payer</td><td[^>]*><bdi>62,40 €</bdi></td>", html)
        assert html.count("<tr>") == 5

    def test_loads_nothing_from_anywhere(self) -> None:
        assert (
            re.findall(r"(?:src|href|url)\s*[=(]", write(kind="invoice", language="en", facts=FACTS).html)
            == []
        )

    def test_does_not_ask_for_payment_that_we_collect(self) -> None:
        text = write(
            kind="invoice", language="de", facts=FACTS | {"notice": "Wir buchen am 19. November ab."}
        ).text

        assert "Wir buchen am 19. November ab." in text
        assert "Verwendungszweck" not in text
        assert "Fällig am" not in text

    def test_runs_from_right_to_left_in_arabic(self) -> None:
        written = write(kind="invoice", language="ar-EG", facts=FACTS)

        assert written.language == "ar"
        assert 'lang="ar" dir="rtl"' in written.html
        assert "dir=" not in write(kind="invoice", language="en", facts=FACTS).html
        assert re.search(
            r">المبلغ المستحق</td><td[^>]*text-align:left[^>]*><bdi>62,40 €</bdi></td>", written.html
        )

    def test_is_complete_in_every_language_of_the_portal(self) -> None:
        to_customers = [folder for folder in LETTERS.iterdir() if (folder / "de.txt").is_file()]
        languages = [code for code, _name in settings.LANGUAGES]
        missing = [
            f"{folder.name}/{code}"
            for folder in to_customers
            for code in languages
            if not (folder / f"{code}.txt").is_file()
        ]

        assert len(to_customers) >= 18
        assert missing == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tells_the_facts_of_the_english_letter(self, language: str) -> None:
        def facts(path: Path) -> set[str]:
            return set(
                re.findall(
                    r"{{ ([a-z_.]+) }}|{% (?:if|elif|for) ([^%]+) %}", path.read_text(encoding="utf-8")
                )
            )

        for folder in (folder for folder in LETTERS.iterdir() if (folder / f"{language}.txt").is_file()):
            assert facts(folder / f"{language}.txt") == facts(folder / "en.txt"), folder.name

    def test_falls_back_to_english(self) -> None:
        assert write(kind="invoice", language="sv-SE", facts=FACTS).language == "en"
        assert write(kind="invoice", language="../../x", facts=FACTS).language == "en"

    @pytest.mark.parametrize("kind", ["invoice", "credit_note"])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_has_every_letter_in_every_language(self, kind: str, language: str) -> None:
        written = write(kind=kind, language=language, facts=FACTS)

        assert written.language == language
        assert "2026-004512" in written.subject
        assert "62,40 €" in written.text
        assert "{" not in written.text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tells_each_service_that_changes_in_every_language(self, language: str) -> None:
        services = [
            {"code": code, "starts_on": "1.3.", "before": "Old, 30 €", "after": "New, 40 €"}
            for code in ("S1", "S2")
        ]

        written = write(
            kind="plan_change", language=language, facts={**FACTS, "starts_on": "1.3.", "services": services}
        )

        assert written.language == language
        assert "1.3." in written.subject
        assert written.text.count("Old, 30 €") == written.text.count("New, 40 €") == 2
        assert written.html.count("<tr>") == 6
        assert "{" not in written.text

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("kind", ["portal_invitation", "portal_password", "portal_sign_in"])
    def test_leads_into_the_portal_in_every_language(self, kind: str, language: str) -> None:
        link = "https://my.lakeside.example/my/password/MQ/c1-2/"
        written = write(
            kind=kind, language=language, facts={**FACTS, "link": link, "code": "BCDF-GHJK", "minutes": 15}
        )

        assert written.language == language
        assert f"\n\n{link}\n\n" in written.text
        assert "help@lakeside.example" in written.text
        assert "{" not in written.text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tells_of_a_passkey_in_every_language(self, language: str) -> None:
        added, removed = (
            write(
                kind="portal_passkey",
                language=language,
                facts={**FACTS, "is_added": is_added, "at": "2026-02-01 09:30 UTC"},
            )
            for is_added in (True, False)
        )

        assert added.language == language
        assert "2026-02-01 09:30 UTC" in added.text
        assert added.subject != removed.subject
        assert "{" not in added.text + added.subject

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("link", ["https://my.lakeside.example/my/help/7/", ""])
    def test_answers_a_ticket_in_every_language(self, language: str, link: str) -> None:
        facts = {
            **FACTS,
            "ticket": "7",
            "subject": "Slow evenings",
            "body": "A technician comes.",
            "link": link,
        }
        written = write(kind="ticket_answer", language=language, facts=facts)

        assert written.language == language
        assert "Slow evenings" in written.subject
        assert "\n\nA technician comes.\n\n" in written.text
        assert link in written.text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_warns_of_an_empty_wallet_in_every_language(self, language: str) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "short_on": "4. Mai 2026",
            "credit": "2,00 €",
            "needed": "30,00 €",
            "missing": "28,00 €",
            "contact": "",
        }
        written = write(kind="wallet_low", language=language, facts=facts)

        assert written.language == language
        assert "Lakeside" in written.subject
        assert "28,00 €" in written.text
        assert written.html.count("<tr>") == 3

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("throttled", [True, False])
    def test_tells_what_of_an_allowance_is_used_in_every_language(
        self, language: str, throttled: bool
    ) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "percent": "80",
            "allowance": "100 GB",
            "used": "80,5 GB",
            "throttled": throttled,
            "again_on": "1. Dezember 2026",
            "contact": "",
        }
        written = write(kind="allowance", language=language, facts=facts)

        assert written.language == language
        assert "80 %" in written.subject
        assert "80,5 GB" in written.text
        assert "1. Dezember 2026" in written.text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_announces_a_direct_debit_in_every_language(self, language: str) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "amount": "30,00 €",
            "due_on": "21. Januar 2026",
            "account_ends": "2051",
            "mandate": "1001/1",
            "creditor_id": "DE98ZZZ09999999999",
            "contact": "",
        }
        written = write(kind="debit_ahead", language=language, facts=facts)

        assert written.language == language
        assert "21. Januar 2026" in written.subject
        assert written.html.count("<tr>") == 5

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tells_that_a_direct_debit_was_not_paid_in_every_language(self, language: str) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "amount": "30,00 €",
            "due_on": "21. Januar 2026",
            "account_ends": "2051",
            "mandate": "1001/1",
            "reason": "funds",
            "has_ended": False,
            "again_on": "2. Februar 2026",
            "fee": "3,00 €",
            "contact": "",
        }
        reasons = ("funds", "account", "blocked", "authority", "refused", "bank")
        written = [
            write(kind="debit_returned", language=language, facts=facts | {"reason": reason})
            for reason in reasons
        ]
        ends = write(
            kind="debit_returned", language=language, facts=facts | {"again_on": "", "has_ended": True}
        )
        waits = write(kind="debit_returned", language=language, facts=facts | {"again_on": "", "fee": ""})

        assert {each.language for each in written} == {language}
        assert "30,00 €" in written[0].subject
        assert "2. Februar 2026" in written[0].text
        assert (written[0].html.count("<tr>"), waits.html.count("<tr>")) == (5, 4)
        assert len({each.text for each in (*written, ends, waits)}) == len(reasons) + 2

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tells_that_a_card_ends_in_every_language(self, language: str) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "card": "Visa 4240",
            "ends": "12/2026",
            "contact": "",
        }
        written = write(kind="card_ends", language=language, facts=facts)

        assert written.language == language
        assert "Visa 4240" in written.subject
        assert written.html.count("<tr>") == 2

    @pytest.mark.parametrize("way", ["card", "transfer", "cash"])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tells_that_money_went_back_in_every_language(self, language: str, way: str) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "way": way,
            "number": "RFD-2026-000001",
            "amount": "12.00 EUR",
            "reason": billed_too_much(language=language, number="CN-2026-000001"),
            "contact": "0800 111",
        }
        written = write(kind="refund_paid", language=language, facts=facts)

        assert written.language == language
        assert "12.00 EUR" in written.subject
        assert written.html.count("<tr>") == 3
        assert language == "en" or "We billed you" not in written.text

    @pytest.mark.parametrize("upheld", [True, False])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tells_how_a_dispute_was_decided_in_every_language(self, language: str, upheld: bool) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "upheld": upheld,
            "number": "2026-000017",
            "line": "Visit",
            "amount": "12.00 EUR",
            "note": "on the 3rd: nobody came",
            "contact": "0800 111",
        }
        written = write(kind="dispute_answer", language=language, facts=facts)

        assert written.language == language
        assert "2026-000017" in written.subject
        assert written.html.count("<tr>") == 4

    @pytest.mark.parametrize("kind", ["reminder", "payment_notice", "service_restricted", "service_stopped"])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_lists_what_is_overdue_in_every_language(self, kind: str, language: str) -> None:
        facts = {
            "seller": "Lakeside",
            "name": "Amina Haddad",
            "amount": "58,00 €",
            "invoices": [
                {"number": "2026-000017", "due_on": "1. Mai 2026", "amount": "28,00 €"},
                {"number": "2026-000031", "due_on": "1. Juni 2026", "amount": "30,00 €"},
            ],
            "reference": "1001",
            "iban": "LU28 0019 4006 4475 0000",
            "until": "12. Juni 2026",
            "contact": "0800 111",
        }
        written = write(kind=kind, language=language, facts=facts)

        assert written.language == language
        assert "58,00 €" in written.text
        assert written.html.count("<tr>") == 5
        assert "0800 111" in written.text

    def test_refuses_to_write_with_a_fact_missing(self) -> None:
        with pytest.raises(ValueError, match="missing number"):
            write(kind="invoice", language="en", facts={"seller": "Lakeside"})

    def test_refuses_a_kind_it_does_not_know(self) -> None:
        with pytest.raises(LookupError, match="no letters of kind 'greeting'"):
            write(kind="greeting", language="en", facts=FACTS)


class TestLetter:
    def test_is_a_subject_and_blocks(self) -> None:
        parts = letter("Subject: Hello\n\nDear A,\n\n\n\nDate: today\nSum : 3\n\nBye\nB\n")

        assert parts.subject == "Hello"
        assert parts.text == "Dear A,\n\nDate: today\nSum : 3\n\nBye\nB\n"
        assert [block.rows for block in parts.blocks] == [(), (("Date", "today"), ("Sum", "3")), ()]

    def test_needs_a_subject(self) -> None:
        with pytest.raises(ValueError, match="a letter begins with"):
            letter("Dear A,\n\nwelcome")
