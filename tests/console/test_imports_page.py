"""Bringing a file to the office: checked, reported, confirmed; only by who may, and plans only by who may make them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from broadbill.accounts.models import Account
from broadbill.identity.models import User
from broadbill.imports.models import Upload
from broadbill.imports.operations.work import work_on
from tests.console.page_checker import problems
from tests.imports.maps import ANA, HEADER, MAP, RUI
from tests.staff import a_colleague
from tests.world import at

pytestmark = pytest.mark.django_db(transaction=True)
OWN = "number,name\n"


def body(response: Any) -> str:
    return str(response.content.decode())


def file(text: str, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def bring(browser: Client, text: str, **given: Any) -> Any:
    return browser.post("/imports/customers/", {"file": file(text), **given})


def the_worker_works() -> Upload:
    upload = Upload.objects.latest("id")
    work_on(number=upload.id, now=at("2026-10-20"))
    upload.refresh_from_db()
    return upload


class TestAList:
    def test_is_checked_reported_and_imported(self, office: Client) -> None:
        answer = bring(office, OWN + "1,Ana Reis\n2,Rui Melo\n")
        assert answer.status_code == 302
        page = answer["Location"]

        waiting = body(office.get(page))
        assert "The file is being checked" in waiting
        assert f'hx-get="{page}?part=state"' in waiting
        # A part while the worker is at it; the whole page anew once it is done.
        assert "<html" not in body(office.get(f"{page}?part=state", headers={"HX-Request": "true"}))
        the_worker_works()
        done = office.get(f"{page}?part=state", headers={"HX-Request": "true"})
        assert done["HX-Refresh"] == "true"

        report = body(office.get(page))
        assert problems(report) == []
        assert "What it would give" in report
        assert (Account.objects.count(), "Import it" in report) == (0, True)

        assert office.post(f"{page}confirm/").status_code == 302
        the_worker_works()
        told = body(office.get(page))
        assert problems(told) == []
        assert "All of it was imported." in told
        assert "By Maria Duarte" in told
        assert Account.objects.count() == 2
        assert "list.csv" in body(office.get("/imports/"))

    def test_with_bad_rows_tells_each_by_its_line(self, office: Client) -> None:
        bring(office, "number,name,opened_on\n" + "".join(f"{row},Ana,nonsense\n" for row in range(60)))
        upload = the_worker_works()

        page = body(office.get(f"/imports/{upload.id}/"))
        assert problems(page) == []
        assert "60 problems, so nothing was written." in page
        assert ("Line 2<" in page, "Line 51<" in page, "Line 52<" in page) == (True, True, False)
        assert "Import it" not in page
        more = page.partition("after=")[2].partition('"')[0]
        part = body(office.get(f"/imports/{upload.id}/?after={more}", headers={"HX-Request": "true"}))
        assert "Line 61<" in part
        assert problems(part, whole_page=False) == []
        csv = b"".join(office.get(f"/imports/{upload.id}/problems/").streaming_content).decode()
        assert len(csv.splitlines()) == 61
        assert csv.splitlines()[1] == "2,opened_on,nonsense,expected a date such as 2026-01-31"

    def test_may_be_thrown_away(self, office: Client) -> None:
        bring(office, OWN + "1,Ana\n")
        upload = the_worker_works()

        assert "Nothing of it was imported." in body(office.get(f"/imports/{upload.id}/discard/"))
        assert office.post(f"/imports/{upload.id}/discard/").status_code == 302

        assert "The file was thrown away." in body(office.get(f"/imports/{upload.id}/"))
        refused = office.post(f"/imports/{upload.id}/confirm/")
        assert (refused.status_code, problems(body(refused))) == (409, [])

    def test_is_listed_with_as_many_queries_for_many_as_for_one(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        for row in range(4):
            bring(office, f"{OWN}{row},Ana\n")
            the_worker_works()

        # Session, user, provider, the page, who brought them.
        with django_assert_num_queries(5):
            page = body(office.get("/imports/"))

        assert page.count("Ready to import") == 4
        assert problems(page) == []


class TestAMap:
    def test_says_what_columns_mean_and_is_offered_again(self, office: Client) -> None:
        bring(office, f"{HEADER}\n{ANA}\n", map=file(MAP, "old.toml"))
        upload = the_worker_works()
        office.post(f"/imports/{upload.id}/confirm/")
        the_worker_works()

        form = body(office.get("/imports/customers/"))
        assert "old.toml" in form
        bring(office, f"{HEADER}\n{RUI}\n", used_map=str(upload.id))

        assert the_worker_works().result["accounts"] == 1

    def test_that_cannot_be_is_refused_beside_its_field(self, office: Client) -> None:
        answer = bring(office, f"{HEADER}\n{ANA}\n", map=file("[acount]\n", "old.toml"))

        assert (answer.status_code, problems(body(answer))) == (422, [])
        assert "In the map, account is required." in body(answer)
        assert not Upload.objects.exists()

    def test_brings_plans_only_from_who_may_change_the_catalog(self, client: Client) -> None:
        client.force_login(a_colleague("bea@lakeside.example", "Bea", "billing"))

        answer = bring(client, f"{HEADER}\n{ANA}\n", map=file(MAP, "old.toml"))

        assert answer.status_code == 422
        assert "your role may not change the catalog" in body(answer)

    def test_of_an_owner_brings_no_plans_for_who_may_not(self, office: Client) -> None:
        bring(office, f"{HEADER}\n{ANA}\n", map=file(MAP, "old.toml"))
        upload = the_worker_works()
        office.post(f"/imports/{upload.id}/confirm/")
        the_worker_works()
        office.force_login(a_colleague("bea@lakeside.example", "Bea", "billing"))

        answer = bring(office, f"{HEADER}\n{RUI}\n", used_map=str(upload.id))

        assert answer.status_code == 422
        assert "your role may not change the catalog" in body(answer)


class TestThePages:
    @pytest.mark.parametrize("path", ["/imports/", "/imports/customers/", "/imports/usage/"])
    def test_are_in_order_when_there_is_nothing(self, office: Client, path: str) -> None:
        answer = office.get(path)

        assert (answer.status_code, problems(body(answer))) == (200, [])

    def test_give_empty_files_to_fill_in(self, office: Client) -> None:
        customers = b"".join(office.get("/imports/customers/template/").streaming_content)
        usage = b"".join(office.get("/imports/usage/template/").streaming_content)

        assert customers.startswith(b"number,name,email,")
        assert usage == b"account,subscription,meter,at,quantity,id\r\n"

    def test_are_not_for_everybody(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert client.get("/imports/").status_code == 403
        assert bring(client, OWN + "1,Ana\n").status_code == 403

    def test_of_no_import_are_not_found(self, office: Client) -> None:
        assert office.get("/imports/999/").status_code == 404
        assert office.post("/imports/999/confirm/").status_code == 404

    def test_lead_there_from_an_empty_list_of_customers(self, office: Client) -> None:
        assert 'href="/imports/customers/"' in body(office.get("/customers/"))

    def test_refuse_a_form_without_a_file(self, office: Client) -> None:
        answer = office.post("/imports/usage/", {})

        assert (answer.status_code, problems(body(answer))) == (422, [])
