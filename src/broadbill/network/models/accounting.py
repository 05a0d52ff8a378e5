from __future__ import annotations

from django.db import models


class Session(models.Model):
    """One connection that a NAS reports: FreeRADIUS's own `radacct`, written by it alone while Broadbill may be down.

    Octets are what the NAS last said, input from the customer (upload). What is billed is made from the packets.
    """

    id = models.BigAutoField(primary_key=True, db_column="radacctid")
    acctsessionid = models.TextField()
    acctuniqueid = models.TextField(unique=True)
    username = models.TextField(null=True)
    realm = models.TextField(null=True)
    nasipaddress = models.GenericIPAddressField()
    nasportid = models.TextField(null=True)
    nasporttype = models.TextField(null=True)
    acctstarttime = models.DateTimeField(null=True)
    acctupdatetime = models.DateTimeField(null=True)
    acctstoptime = models.DateTimeField(null=True)
    acctinterval = models.BigIntegerField(null=True)
    acctsessiontime = models.BigIntegerField(null=True)
    acctauthentic = models.TextField(null=True)
    connectinfo_start = models.TextField(null=True)
    connectinfo_stop = models.TextField(null=True)
    acctinputoctets = models.BigIntegerField(null=True)
    acctoutputoctets = models.BigIntegerField(null=True)
    calledstationid = models.TextField(null=True)
    callingstationid = models.TextField(null=True)
    acctterminatecause = models.TextField(null=True)
    servicetype = models.TextField(null=True)
    framedprotocol = models.TextField(null=True)
    framedipaddress = models.GenericIPAddressField(null=True)
    framedipv6address = models.GenericIPAddressField(null=True)
    # A prefix with its length, which a GenericIPAddressField refuses.
    framedipv6prefix = models.TextField(null=True)
    framedinterfaceid = models.TextField(null=True)
    delegatedipv6prefix = models.TextField(null=True)
    # The group that its sign-in was answered with, and since then the last one that the NAS took an order for.
    klass = models.TextField(null=True, db_column="class")
    # Whether its latest packet to arrive went on from the one before: neither its time nor a counter fell.
    in_order = models.BooleanField(db_default=False)

    class Meta:
        db_table = "radacct"
        indexes = [
            models.Index(
                fields=["username"],
                condition=models.Q(acctstoptime__isnull=True),
                name="radacct_open_of_user",
            ),
            models.Index(
                fields=["nasipaddress", "acctstarttime"],
                condition=models.Q(acctstoptime__isnull=True),
                name="radacct_open_of_nas",
            ),
            models.Index(
                fields=["framedipaddress"],
                condition=models.Q(acctstoptime__isnull=True),
                name="radacct_open_of_address",
            ),
            models.Index(
                fields=["callingstationid"],
                condition=models.Q(acctstoptime__isnull=True),
                name="radacct_open_of_station",
            ),
            models.Index(fields=["id"], condition=models.Q(acctstoptime__isnull=True), name="radacct_open"),
            models.Index(
                fields=["username"],
                condition=models.Q(username__startswith="voucher:"),
                name="radacct_granted",
            ),
        ]

    def __str__(self) -> str:
        return self.acctuniqueid


class Packet(models.Model):
    """What one accounting packet said, as it came: monthly partitions by `received_at`, only added to.

    `at` is the instant that the NAS means. Octets count up from the session's beginning; null where it said none.
    `wide` is whether it sent gigawords, without which a counter wraps at 2^32; `in_order` whether neither its time nor
    a counter is below those of the session's packets that came before (false where that is not known).
    """

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    transaction_id = models.BigIntegerField()
    acctuniqueid = models.TextField()
    username = models.TextField()
    nasipaddress = models.GenericIPAddressField()
    kind = models.TextField()
    at = models.DateTimeField()
    session_seconds = models.BigIntegerField(null=True)
    input_octets = models.BigIntegerField(null=True)
    output_octets = models.BigIntegerField(null=True)
    wide = models.BooleanField()
    in_order = models.BooleanField(db_default=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.acctuniqueid} {self.at}"


class SignIn(models.Model):
    """An answer that FreeRADIUS gave: its `radpostauth`. The password that was tried is not kept."""

    id = models.BigAutoField(primary_key=True)
    username = models.TextField()
    # `pass` in the table, of the standard shape; always empty.
    tried = models.TextField(db_column="pass", default="")
    reply = models.TextField(null=True)
    calledstationid = models.TextField(null=True)
    callingstationid = models.TextField(null=True)
    authdate = models.DateTimeField()
    klass = models.TextField(null=True, db_column="class")

    class Meta:
        db_table = "radpostauth"

    def __str__(self) -> str:
        return f"{self.username} {self.reply}"
