from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Watch(models.Model):
    """That a device is looked after: where it is reached, and by what.

    An SNMP agent needs its community or password in clear, as a NAS its secret (docs/decisions/0037).
    """

    class Snmp(models.TextChoices):
        NONE = ""
        V2C = "v2c"
        V3 = "v3"

    class Authentication(models.TextChoices):
        SHA = "sha"
        SHA256 = "sha256"
        SHA512 = "sha512"
        MD5 = "md5"

    class Privacy(models.TextChoices):
        AES = "aes"
        AES256 = "aes256"
        DES = "des"

    device = models.OneToOneField(
        "network.Device", models.PROTECT, primary_key=True, related_name="watch", db_column="device_id"
    )
    address = models.GenericIPAddressField()
    pings = models.BooleanField(default=True)
    snmp = models.TextField(choices=Snmp, default="", blank=True)
    snmp_port = models.PositiveIntegerField(default=161)
    community = models.TextField(default="", blank=True)
    # SNMPv3 with authentication and privacy (RFC 3414, RFC 3826); nothing less is offered.
    username = models.TextField(default="", blank=True)
    authentication = models.TextField(choices=Authentication, default=Authentication.SHA256)
    authentication_password = models.TextField(default="", blank=True)
    privacy = models.TextField(choices=Privacy, default=Privacy.AES)
    privacy_password = models.TextField(default="", blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(snmp="")
                | (Q(snmp="v2c") & ~Q(community=""))
                | (Q(snmp="v3") & ~Q(username="") & ~Q(authentication_password="") & ~Q(privacy_password="")),
                name="network_watch_snmp_has_its_keys",
            ),
            models.CheckConstraint(condition=Q(pings=True) | ~Q(snmp=""), name="network_watch_by_something"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} at {self.address}"


class Interface(models.Model):
    """An interface whose counters are read, by its name (ifName): a number changes when a device is fitted anew.

    What was read last is kept, to be compared with what is read next. Units: hundredths of a second, octets, Mbit/s.
    """

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey("network.Device", models.PROTECT, related_name="interfaces", db_index=False)
    name = models.TextField()
    if_index = models.BigIntegerField(null=True)
    is_up = models.BooleanField(null=True)
    speed_mbps = models.BigIntegerField(null=True)
    read_at = models.DateTimeField(null=True)
    up_ticks = models.BigIntegerField(null=True)
    discontinuity_ticks = models.BigIntegerField(null=True)
    # 64 bits without a sign, which bigint does not hold.
    in_octets = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    out_octets = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    # Why the last attempt brought nothing; empty after one that did.
    trouble = models.TextField(default="", blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "name"], name="network_interface_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="network_interface_has_a_name"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True)
                | Q(
                    up_ticks__isnull=False,
                    discontinuity_ticks__isnull=False,
                    in_octets__isnull=False,
                    out_octets__isnull=False,
                ),
                name="network_interface_read_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.name}"


class InterfaceRate(models.Model):
    """What an interface carried in the five minutes that begin at `at`, in kbit/s. Partitioned by month."""

    pk = models.CompositePrimaryKey("interface_id", "at")
    interface = models.ForeignKey(
        Interface, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    in_kbps = models.BigIntegerField()
    out_kbps = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.interface_id} {self.at}"


class CounterGap(models.Model):
    """A time of an interface of which nobody can tell what was carried in each five minutes, and why.

    `missed`: it was not read for too long; the octets of the whole time are known. `restarted`, `reset`: they are not.
    """

    class Reason(models.TextChoices):
        MISSED = "missed"
        RESTARTED = "restarted"
        RESET = "reset"

    id = models.BigAutoField(primary_key=True)
    interface = models.ForeignKey(Interface, models.PROTECT, related_name="gaps", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField(choices=Reason)
    in_octets = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    out_octets = models.DecimalField(max_digits=20, decimal_places=0, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="network_countergap_ends_later"
            ),
            models.UniqueConstraint(fields=["interface", "starts_at"], name="network_countergap_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.interface_id} {self.reason} from {self.starts_at}"
