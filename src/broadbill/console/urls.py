"""The back office's addresses. Every object has one; each view says in its own file who may use it."""

from __future__ import annotations

from django.urls import path

from broadbill.console.views import (
    bank,
    benefits,
    cards,
    customer,
    customers,
    invoices,
    money,
    outbox,
    reports,
    runs,
    sandbox,
    services,
    shell,
    styleguide,
    vouchers,
)

app_name = "console"
# Numbers are the operator's and may hold a slash, so the plain page of an object comes after its actions.
urlpatterns = [
    path("", shell.home, name="home"),
    path("search/", shell.search, name="search"),
    path("theme/", shell.theme, name="theme"),
    path("brand.css", shell.brand_css, name="brand_css"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<path:number>/history/", customer.history, name="customer_history"),
    path("customers/<path:number>/next-bill/", customer.next_bill, name="next_bill"),
    path("customers/<path:number>/take-payment/", money.take_payment, name="take_payment"),
    path(
        "customers/<path:number>/payments/<path:payment>/take-back/",
        money.take_back_payment,
        name="take_back_payment",
    ),
    path("customers/<path:number>/cards/add/", cards.add_card, name="add_card"),
    path("customers/<path:number>/cards/saved/", cards.card_saved, name="card_saved"),
    path("customers/<path:number>/cards/charged/<int:charge>/", cards.charged, name="charged"),
    path("customers/<path:number>/cards/<int:method>/charge/", cards.charge, name="charge_card"),
    path("customers/<path:number>/cards/<int:method>/autopay/", cards.autopay, name="autopay"),
    path("customers/<path:number>/cards/<int:method>/remove/", cards.remove, name="remove_card"),
    path("customers/<path:number>/redeem-voucher/", vouchers.redeem_voucher, name="redeem_voucher"),
    path("customers/<path:number>/add-charge/", money.add_charge, name="add_charge"),
    path("customers/<path:number>/give-credit/", money.give_credit, name="give_credit"),
    path("customers/<path:number>/redeem-coupon/", benefits.redeem_coupon, name="redeem_coupon"),
    path("customers/<path:number>/give-discount/", benefits.give_discount, name="give_discount"),
    path("customers/<path:number>/record-outage/", benefits.record_outage, name="record_outage"),
    path(
        "customers/<path:number>/services/<int:subscription>/change-plan/",
        services.change_plan,
        name="change_plan",
    ),
    path("customers/<path:number>/services/<int:subscription>/suspend/", services.suspend, name="suspend"),
    path("customers/<path:number>/services/<int:subscription>/resume/", services.resume, name="resume"),
    path("customers/<path:number>/services/<int:subscription>/cancel/", services.cancel, name="cancel"),
    path("customers/<path:number>/", customer.customer, name="customer"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<path:number>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("invoices/<path:number>/", invoices.invoice, name="invoice"),
    path("runs/", runs.runs, name="runs"),
    path("runs/new/", runs.new_run, name="new_run"),
    path("runs/start/", runs.start_run, name="start_run"),
    path("runs/<int:number>/", runs.run, name="run"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("reports/<slug:name>/documents/", reports.report_sources, name="report_sources"),
    path("bank/", bank.bank_lines, name="bank"),
    path("bank/<int:number>/record/", bank.assign, name="bank_assign"),
    path("bank/<int:number>/ignore/", bank.ignore, name="bank_ignore"),
    path("bank/debits/", bank.debits, name="debits"),
    path("bank/debits/<str:name>/", bank.debit_file, name="debit_file"),
    path("vouchers/", vouchers.vouchers, name="vouchers"),
    path("vouchers/new/", vouchers.make_vouchers, name="make_vouchers"),
    path("vouchers/<str:batch>/sheet/", vouchers.voucher_sheet, name="voucher_sheet"),
    path("vouchers/<str:batch>/sell/", vouchers.sell, name="sell_vouchers"),
    path("vouchers/<str:batch>/block/", vouchers.block, name="block_vouchers"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/mailbox/", outbox.mailbox, name="mailbox"),
    path("outbox/mailbox/<str:name>/", outbox.mail, name="mail"),
    path(
        "outbox/mailbox/<str:name>/attachments/<int:index>/", outbox.mail_attachment, name="mail_attachment"
    ),
    path("outbox/<int:number>/", outbox.message, name="message"),
    path(
        "outbox/<int:number>/attachments/<int:index>/", outbox.message_attachment, name="message_attachment"
    ),
    path("outbox/<int:number>/send-again/", outbox.resend, name="resend"),
    path("sandbox/save/<slug:reference>/", sandbox.sandbox_save, name="sandbox_save"),
    path("sandbox/pay/<slug:reference>/", sandbox.sandbox_pay, name="sandbox_pay"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/sheet/", styleguide.sheet, name="styleguide_sheet"),
]
