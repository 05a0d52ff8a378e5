"""Files of usage as the programs write them, for tests: by the layouts that they document."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NFDUMP_HEADERS = {
    "both": "ts,te,td,pr,val,fl,flP,pkt,pktP,byt,bytP,pps,bps,bpp",
    "in": "ts,te,td,pr,val,fl,flP,ipkt,ipktP,ibyt,ibytP,ipps,ibps,ibpp",
}


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def asterisk(*calls: dict[str, Any], with_ids: bool = True) -> str:
    """Master.csv: no header, every text quoted, numbers bare; the unique id and user field only where configured."""
    lines = []
    for number, call in enumerate(calls, start=1):
        told: dict[str, Any] = {
            "start": "2026-01-05 11:00:00",
            "billsec": 60,
            "disposition": "ANSWERED",
            "src": "06601111111",
            "dst": "0012025550100",
            "channel": f"PJSIP/100-{number:08x}",
            "uniqueid": f"1767610800.{number}",
        } | call
        texts = ["", told["src"], told["dst"], "from-internal", f'"Amina" <{told["src"]}>', told["channel"],
                 "PJSIP/trunk-1", "Dial", "PJSIP/1@trunk,60", told["start"], told["start"], told["start"]]  # fmt: skip
        after = [told["disposition"], "DOCUMENTATION", *([told["uniqueid"], ""] if with_ids else [])]
        quoted = ['"' + str(text).replace('"', '""') + '"' for text in texts]
        rest = ['"' + str(text) + '"' for text in after]
        lines.append(",".join([*quoted, str(told["billsec"] + 5), str(told["billsec"]), *rest]))
    return "\n".join(lines) + "\n"


def freeswitch(*calls: dict[str, Any]) -> str:
    """mod_cdr_csv with its template `example`: no header, every cell quoted."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for number, call in enumerate(calls, start=1):
        told: dict[str, Any] = {
            "caller": "06601111111",
            "called": "0012025550100",
            "start": "2026-01-05 11:00:00",
            "answer": "2026-01-05 11:00:05",
            "billsec": 60,
            "uuid": f"6f1c0000-0000-4000-8000-{number:012d}",
        } | call
        call_times = [told["start"], told["answer"], told["start"], told["billsec"] + 5, told["billsec"]]
        numbers = ["Amina", told["caller"], told["called"], "default"]
        writer.writerow([*numbers, *call_times, "NORMAL_CLEARING", told["uuid"], "", "", "PCMA", "PCMA"])
    return out.getvalue()


def nfdump(*blocks: Sequence[tuple[str, str, str, int]], header: str = "both") -> str:
    """`nfdump -s … -s … -n 0 -o csv`: a block each of (first seen, last seen, address, octets), then the summary."""
    lines = []
    for block in blocks:
        lines.append(NFDUMP_HEADERS[header])
        lines += [
            f"{ts},{te},300.000,any,{address},3,1.0,10,1.0,{octets},1.0,1,2,100"
            for ts, te, address, octets in block
        ]
    return "\n".join(
        [*lines, "", "Summary", "flows,bytes,packets,avg_bps,avg_pps,avg_bpp", "3,9,1,1,1,1", ""]
    )


def ipdr(*records: dict[str, Any], count: int | None = None) -> str:
    """An IPDRDoc of SAMIS type 1: cumulative octets of each service flow."""
    told = "".join(
        "<ipdr:IPDR xsi:type='SAMIS:DOCSIS-SAMIS-TYPE-1'>"
        "<SAMIS:CmtsHostName>cmts-1</SAMIS:CmtsHostName>"
        f"<SAMIS:CmMacAddr>{each.get('mac', '00-1a-2b-00-00-01')}</SAMIS:CmMacAddr>"
        f"<SAMIS:RecType>1</SAMIS:RecType><SAMIS:RecCreationTime>{each['at']}</SAMIS:RecCreationTime>"
        f"<SAMIS:ServiceIdentifier>{each.get('flow', 7)}</SAMIS:ServiceIdentifier>"
        f"<SAMIS:ServiceDirection>{each.get('direction', 1)}</SAMIS:ServiceDirection>"
        f"<SAMIS:ServiceOctetsPassed>{each['octets']}</SAMIS:ServiceOctetsPassed>"
        f"<SAMIS:ServiceTimeActive>{each['active']}</SAMIS:ServiceTimeActive></ipdr:IPDR>"
        for each in records
    )
    told_count = len(records) if count is None else count
    return (
        "<?xml version='1.0' encoding='UTF-8'?><ipdr:IPDRDoc xmlns:ipdr='http://www.ipdr.org/namespaces/ipdr'"
        " xmlns:SAMIS='http://www.cablelabs.com/namespaces/DOCSIS/3.0/xsd/ipdr/DOCSIS-SAMIS-TYPE-1'"
        " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' docId='3d07ba27' version='3.5'>"
        f"{told}<ipdr:IPDRDoc.End count='{told_count}' endTime='2026-01-05T12:00:00Z'/></ipdr:IPDRDoc>"
    )
