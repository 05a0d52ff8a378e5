"""The layouts of programs that write usage, as maps to begin with.

Sources: Asterisk's cdr_csv (Master.csv), FreeSWITCH's mod_cdr_csv (template `example`), nfdump's statistics (`-s srcip
-s dstip -o csv`), and the SAMIS record of DOCSIS OSSI as IPDR/XML or CSV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broadbill.usage.domain.errors import UsageMapInvalid

OCTETS_PER_GB = 10**9
ASTERISK = {
    "layout": "asterisk",
    "file": {
        "columns": [
            "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
            "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
        ],
        # Written only where cdr.conf says loguniqueid and loguserfield.
        "optional": 2,
    },
    "at": "start",
    # A call that is passed on is one row a part; each has its own channel or called number.
    "id": ["start", "channel", "dst", "uniqueid"],
    "records": [{
        "by": "line", "name": ["src"], "meter": "calls",
        "values": {"to": "dst", "duration_seconds": "billsec"}, "when": {"disposition": ["ANSWERED"]},
    }],
}  # fmt: skip
FREESWITCH = {
    "layout": "freeswitch",
    "file": {
        "columns": [
            "caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp", "answer_stamp",
            "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid", "accountcode", "read_codec",
            "write_codec",
        ],
        "optional": 2,
    },
    "at": "start_stamp",
    "id": ["uuid"],
    "records": [{
        "by": "line", "name": ["caller_id_number"], "meter": "calls",
        "values": {"to": "destination_number", "duration_seconds": "billsec"}, "unless": {"answer_stamp": [""]},
    }],
}  # fmt: skip
NFDUMP = {
    "layout": "nfdump",
    "file": {"header_starts": "ts,", "ends_at": "Summary"},
    "at": "ts",
    "until": "te",
    "id": ["ts", "te", "val"],
    # nfdump names what came in, what went out, or both; and so do its versions.
    "records": [{
        "by": "address", "name": ["val"], "meter": "data_gb", "per": OCTETS_PER_GB,
        "values": {"quantity": ["byt", "ibyt", "obyt"]},
    }],
}  # fmt: skip
IPDR = {
    "layout": "ipdr",
    "file": {"kind": "ipdr"},
    "at": ["RecCreationTime", "IPDRcreationTime"],
    # Octets count up for each service flow; one that has been active for less time than before is another.
    "counter": {
        "key": [
            ["CmtsHostName", "CMTSHostName", "CMTShostName"],
            ["CmMacAddr", "CMmacAddress"],
            ["ServiceIdentifier", "serviceIdentifier"],
            ["ServiceDirection", "serviceDirection"],
        ],
        "active": ["ServiceTimeActive", "serviceTimeActive"],
    },
    "records": [{
        "by": "access", "name": [["CmMacAddr", "CMmacAddress"]], "meter": "data_gb", "per": OCTETS_PER_GB,
        "values": {"quantity": ["ServiceOctetsPassed", "serviceOctetsPassed"]},
    }],
}  # fmt: skip
LAYOUTS: Mapping[str, Mapping[str, Any]] = {
    "asterisk": ASTERISK,
    "freeswitch": FREESWITCH,
    "nfdump": NFDUMP,
    "ipdr": IPDR,
    "ipdr-csv": {**IPDR, "layout": "ipdr-csv", "file": {"kind": "csv"}},
}


def layout_map(
    layout: str,
    *,
    timezone: str = "",
    region: str = "",
    networks: Sequence[str] = (),
    by: str = "",
    meter: str = "",
) -> dict[str, Any]:
    """A layout's map with what differs between providers. Raises: UsageMapInvalid."""
    if layout not in LAYOUTS:
        raise UsageMapInvalid(path="layout", reason=f"{layout!r} is none of {', '.join(LAYOUTS)}")
    changes = {"networks": list(networks), "by": by, "meter": meter}
    told = {key: value for key, value in changes.items() if value}
    found = dict(LAYOUTS[layout])
    found["records"] = [record | told for record in found["records"]]
    if timezone:
        found["timezone"] = timezone
    if region:
        found["numbers"] = {"region": region}
    return found
