"""What the PDF says is what the sheet says."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from unicodedata import normalize

import pypdf
import pypdfium2
import pytest

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.documents.domain.sheet import Line, PageSize, Settlement, SettlementKind, Sheet, TaxRow
from broadbill.documents.operations.render import DocumentNotPrintable, render_many, render_pdf
from tests.documents.sheets import AMINA, LAKESIDE, credit_note, eur, invoice, settled

MILLIMETRE = 72 / 25.4


def read(sheet: Sheet) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render_pdf(sheet)))


def text_of(sheet: Sheet) -> str:
    """The text of all pages, with runs of spaces made one and no-break spaces plain."""
    return " ".join(" ".join(page.extract_text() for page in read(sheet).pages).split())


class TestRenderPdf:
    def test_prints_the_figures_of_the_invoice(self) -> None:
        text = text_of(invoice())

        assert "Rechnung" in text
        assert "Rechnungsnummer 2026-004512" in text
        assert "Glasfaser 500 1.–30. Nov. 2026 1 37,73 37,73" in text
        assert "Feste IPv4-Adresse 1.–30. Nov. 2026 2 4,20 8,40" in text
        assert "22 von 30 Tagen: 8,60 × 22/30" in text
        assert "9.–30. Nov. 2026" in text
        assert "Zwischensumme 52,44" in text
        assert "USt 19 % 52,44 9,96" in text
        assert "Gesamtbetrag 62,40 €" in text
        assert "Fällig am 19. November 2026" in text

    def test_prints_who_bills_whom(self) -> None:
        text = text_of(invoice(buyer=replace(AMINA, tax_id="DE811111111")))

        assert "Amina Haddad Seestrasse 4, 2. OG 78464 Konstanz Deutschland" in text
        assert "Kundenkonto C-100417" in text
        assert "Ihre USt-IdNr. DE811111111" in text
        assert "USt-IdNr. DE123456789" in text
        assert "Register Amtsgericht Freiburg HRB 700123" in text
        assert "IBAN DE89 3704 0044 0532 0130 00" in text

    def test_asks_for_payment_on_the_slip(self) -> None:
        text = text_of(invoice())

        assert (
            "Zahlschein Empfänger Lakeside Fibre GmbH, Commerzbank IBAN DE89 3704 0044 0532 0130 00" in text
        )
        assert "Verwendungszweck RF71 2348 231" in text
        assert "Mit Ihrer Banking-App scannen" in text

    def test_subtracts_what_was_paid(self) -> None:
        paid = Settlement(kind=SettlementKind.PAYMENT, description="Zahlung vom 6.11.", amount=eur("20.00"))
        credited = Settlement(kind=SettlementKind.CREDIT, amount=eur("2.40"))

        text = text_of(invoice(settlements=(paid, credited), amount_due=eur("40.00")))

        assert (
            "Gesamtbetrag 62,40 € Zahlung vom 6.11. −20,00 Guthaben verrechnet −2,40 Zu zahlen 40,00 €"
            in text
        )

    def test_has_no_slip_when_nothing_is_due(self) -> None:
        text = text_of(settled(invoice()))

        assert "Zahlschein" not in text
        assert "Nichts zu zahlen" in text
        assert "Diese Rechnung ist beglichen." in text

    def test_has_no_slip_when_we_collect(self) -> None:
        text = text_of(invoice(collection_notice="Wir buchen 62,40 € am 19. November ab."))

        assert "Zahlschein" not in text
        assert "Banking-App" not in text
        assert "Wir buchen 62,40 € am 19. November ab." in text

    def test_names_the_invoices_that_a_credit_note_corrects(self) -> None:
        text = text_of(credit_note())

        assert "Rechnungskorrektur" in text
        assert "Korrigiert die Rechnungen 2026-004512, 2026-003977" in text
        assert "Gutgeschriebener Betrag 17,85 €" in text
        assert "Zahlschein" not in text
        assert "Sie müssen nichts bezahlen." in text

    def test_prints_what_was_posted_as_negative_as_credited(self) -> None:
        posted = credit_note()
        tax = posted.taxes[0]
        negative = replace(
            posted,
            lines=tuple(replace(line, amount=-line.amount) for line in posted.lines),
            subtotal=-posted.subtotal,
            taxes=(replace(tax, base=-tax.base, amount=-tax.amount),),
            total=-posted.total,
        )

        assert render_pdf(negative) == render_pdf(posted)

    def test_prints_a_line_without_quantity(self) -> None:
        text = text_of(credit_note())

        assert "Beschreibung Betrag Ausfall vom 3. bis 11. November 3.–11. Nov. 2026" in text
        assert "Menge" not in text

    def test_says_when_amounts_include_tax(self) -> None:
        text = text_of(invoice(prices_include_tax=True))

        assert "Beträge in EUR, inklusive Steuer" in text
        assert "darin enthaltene Steuer USt 19 % 9,96" in text

    def test_prints_legal_notes(self) -> None:
        assert "Reverse charge: VAT due from the customer." in text_of(
            invoice(notes=("Reverse charge: VAT due from the customer.",))
        )

    def test_prints_a_dash_for_a_tax_without_rate(self) -> None:
        exempt = TaxRow(name="Steuerfrei", base=eur("62.40"), amount=eur("0.00"))

        assert "Steuerfrei – 62,40 0,00" in text_of(invoice(taxes=(exempt,)))


class TestLanguage:
    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            (
                "en-US",
                ("Invoice", "Amount due €62.40", "by November 19, 2026", "Page 1 of 1", "Nov 1 – 30, 2026"),
            ),
            ("de-AT", ("Rechnung", "Zu zahlen € 62,40", "bis 19. November 2026", "Seite 1 von 1")),
            ("fr", ("Facture", "Net à payer 62,40 €", "avant le 19 novembre 2026", "Page 1 sur 1")),
            (
                "es",
                ("Factura", "Total a pagar 62,40 €", "antes del 19 de noviembre de 2026", "Página 1 de 1"),
            ),
            ("it", ("Fattura", "Totale da pagare 62,40 €", "entro il 19 novembre 2026", "Pagina 1 di 1")),
            ("nl", ("Factuur", "Te betalen € 62,40", "uiterlijk 19 november 2026", "Pagina 1 van 1")),
            ("pt", ("Fatura", "Total a pagar € 62,40", "até 19 de novembro de 2026", "Página 1 de 1")),
            ("el", ("Invoice", "Amount due 62,40 €", "19 Νοεμβρίου 2026")),
        ],
    )
    def test_is_the_accounts_language(self, language: str, expected: tuple[str, ...]) -> None:
        reader = read(invoice(language=language))
        text = " ".join(reader.pages[0].extract_text().split())

        assert [phrase for phrase in expected if phrase not in text] == []

    @pytest.mark.parametrize("name", ["Ελένη Παπαδοπούλου", "Фёдор Щукин", "Łukasz Żółć", "Nguyễn Thị Hương"])
    def test_prints_names_in_latin_greek_and_cyrillic(self, name: str) -> None:
        assert name in text_of(invoice(buyer=replace(AMINA, name=name)))

    def test_refuses_a_character_that_no_font_has(self) -> None:
        private_use = "\ue0ff\U000f1234"

        with pytest.raises(DocumentNotPrintable, match="2026-004512 cannot be printed"):
            render_pdf(invoice(buyer=replace(AMINA, name=private_use)))


class TestCurrency:
    def test_yen_has_no_decimals(self) -> None:
        yen = Currency.of("JPY")
        line = Line(
            description="Fiber", amount=Money(5280, yen), quantity=Decimal(1), unit_amount=Decimal(5280)
        )
        sheet = invoice(
            language="en",
            lines=(line,),
            subtotal=Money(5280, yen),
            taxes=(TaxRow(name="JCT", rate=Decimal(10), base=Money(5280, yen), amount=Money(528, yen)),),
            total=Money(5808, yen),
            amount_due=Money(5808, yen),
        )

        text = text_of(sheet)

        assert "Fiber 1 5,280 5,280" in text
        assert "JCT 10% 5,280 528" in text
        assert "Total ¥5,808" in text
        assert "Scan with your banking app" not in text

    def test_dinar_has_three_decimals(self) -> None:
        dinar = Currency.of("KWD")
        line = Line(
            description="Fiber", amount=Money(12500, dinar), quantity=Decimal(5), unit_amount=Decimal("2.5")
        )
        sheet = invoice(
            language="en",
            lines=(line,),
            subtotal=Money(12500, dinar),
            taxes=(),
            total=Money(12500, dinar),
            amount_due=Money(12500, dinar),
        )

        text = text_of(sheet)

        assert "Fiber 5 2.500 12.500" in text
        assert "Total KWD 12.500" in text or "Total KWD12.500" in text

    def test_a_unit_price_keeps_its_precision(self) -> None:
        line = Line(
            description="Data",
            amount=eur("8.52"),
            quantity=Decimal(1200),
            unit="MB",
            unit_amount=Decimal("0.0071"),
        )

        assert "Data 1.200 MB 0,0071 8,52" in text_of(invoice(lines=(line,)))


class TestPages:
    def test_repeats_the_head_and_numbers_the_pages(self) -> None:
        lines = tuple(replace(line, section=f"Standort {i}") for i in range(9) for line in invoice().lines)

        pages = [" ".join(page.extract_text().split()) for page in read(invoice(lines=lines)).pages]

        assert len(pages) == 3
        assert all("Beschreibung Menge Einzelpreis Betrag" in page for page in pages[:2])
        assert "Rechnung 2026-004512, Fortsetzung" in pages[1]
        assert [f"Seite {n} von 3" in page for n, page in enumerate(pages, start=1)] == [True, True, True]
        assert ["Zahlschein" in page for page in pages] == [False, False, True]

    def test_wraps_a_long_description(self) -> None:
        words = "Glasfaser mit sehr langer Beschreibung " * 20

        text = text_of(invoice(lines=(Line(description=words, amount=eur("1.00")),)))

        assert words.strip() in text

    @pytest.mark.parametrize(
        ("size", "width_mm", "height_mm"), [(PageSize.A4, 210.0, 297.0), (PageSize.LETTER, 215.9, 279.4)]
    )
    def test_are_of_the_size_asked_for(self, size: PageSize, width_mm: float, height_mm: float) -> None:
        box = read(invoice(page_size=size)).pages[0].mediabox

        assert float(box.width) == pytest.approx(width_mm * MILLIMETRE, abs=0.1)
        assert float(box.height) == pytest.approx(height_mm * MILLIMETRE, abs=0.1)

    def test_a_period_of_one_day_is_that_day(self) -> None:
        line = Line(
            description="Techniker", amount=eur("1.00"), period=Period(date(2026, 2, 28), date(2026, 3, 1))
        )

        assert "Techniker 28.02.2026 1,00" in text_of(invoice(lines=(line,)))


class TestArchiving:
    def test_declares_pdf_a_3(self) -> None:
        metadata = read(invoice()).xmp_metadata

        assert metadata is not None
        assert metadata.pdfaid_part == "3"
        assert metadata.pdfaid_conformance == "A"

    def test_is_titled_and_dated_by_the_document(self) -> None:
        reader = read(invoice())

        assert reader.metadata is not None
        assert reader.metadata.title == "Rechnung 2026-004512"
        assert reader.metadata.author == "Lakeside Fibre GmbH"
        assert reader.metadata.creation_date is not None
        assert reader.metadata.creation_date.date() == date(2026, 11, 5)
        assert reader.trailer["/Root"]["/Lang"] == "de-DE"

    def test_embeds_every_font(self) -> None:
        fonts = read(invoice()).pages[0]["/Resources"]["/Font"].values()

        descriptors = [
            font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts
        ]

        assert len(descriptors) >= 2
        assert all("/FontFile2" in each or "/FontFile3" in each for each in descriptors)

    def test_makes_the_same_bytes_again(self) -> None:
        assert render_pdf(invoice()) == render_pdf(invoice())
        assert list(render_many([invoice(), credit_note()])) == [
            render_pdf(invoice()),
            render_pdf(credit_note()),
        ]

    def test_refuses_a_number_that_no_barcode_can_carry(self) -> None:
        with pytest.raises(DocumentNotPrintable, match="a barcode cannot carry '№ 1'"):
            render_pdf(invoice(number="№ 1", reference=""))

    def test_refuses_a_logo_that_is_no_picture(self) -> None:
        with pytest.raises(DocumentNotPrintable, match="2026-004512 cannot be printed"):
            render_pdf(invoice(seller=replace(LAKESIDE, logo=b"not a picture")))


class TestArabic:
    """The page runs from right to left; letters are joined, figures and Latin names keep their own direction."""

    def picture_text(self, sheet: Sheet) -> str:
        """The text as it stands on the page, from the letters' places, with joined letters as the plain ones."""
        page = pypdfium2.PdfDocument(render_pdf(sheet))[0]
        return normalize("NFKC", page.get_textpage().get_text_bounded())

    def test_says_what_the_sheet_says(self) -> None:
        said = self.picture_text(arabic())

        for words in ("رقم الفاتورة", "المجموع الفرعي", "سعر الوحدة", "يرجى ذكر هذا المرجع عند الدفع."):
            assert words in said, words
        for figure in ("2026-004512", "62.40 €", "52.44", "37.73", "9.96"):
            assert figure in said, figure

    def test_begins_at_the_right(self) -> None:
        page = pypdfium2.PdfDocument(render_pdf(arabic()))[0]
        text = page.get_textpage()

        def left_of(words: str) -> float:
            index, _count = text.search(words).get_next()
            return float(text.get_charbox(index)[0])

        # Descriptions stand to the right of amounts, and the addressee to the right of the document's facts.
        assert left_of("62.40") < page.get_width() / 2 < left_of("Seestrasse")
        assert left_of("37.73") < page.get_width() / 3

    def test_carries_a_font_that_joins_letters(self) -> None:
        fonts = read(arabic()).pages[0]["/Resources"]["/Font"].values()
        names = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts}

        assert any(name.startswith("IBMPlexSansArabic") for name in names), names
        assert any(name.startswith("Inter") for name in names), names

    def test_keeps_the_direction_of_names_and_numbers_in_it(self) -> None:
        printed_lines = [line.strip() for line in text_lines(arabic())]

        assert "78464 Konstanz" in printed_lines
        assert "+49 7531 555 0100" in printed_lines


def arabic() -> Sheet:
    return invoice(language="ar")


def text_lines(sheet: Sheet) -> list[str]:
    """Lines in the order of the file, which is the order of reading."""
    return "\n".join(page.extract_text() for page in read(sheet).pages).splitlines()
