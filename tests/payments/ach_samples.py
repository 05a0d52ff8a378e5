"""ACH files as banks hand them out: published examples, and files of returns made field by field after the same layout.

`CCD_DEBITS`, `WEB_RETURNS` and `CHANGE` are examples published with Moov's ACH library (moov-io/ach, Apache-2.0):
examples/testdata/ccd-debit.ach, test/testdata/return-WEB.ach and test/testdata/cor-example.ach.
"""

from __future__ import annotations

from collections.abc import Sequence

FILLER = "9" * 94


def whole(records: str, fillers: int = 0) -> str:
    """The records with the blanks at their ends, which no editor keeps, and the last block filled."""
    lines = [record.ljust(94) for record in records.splitlines()] + [FILLER] * fillers
    return "".join(f"{line}\n" for line in lines)


CCD_DEBITS = whole(
    """\
101 03130001202313801041908161055A094101Federal Reserve Bank   My Bank Name           12345678
5225Name on Account                     231380104 CCDVndr Pay        190816   1031300010000001
627231380104744-5678-99      0000500000location1234567Best Co. #123456789012S 0031300010000001
627231380104744-5678-99      0000000125Fee123456789012Best Co. #123456789012S 0031300010000002
82250000020046276020000000500125000000000000231380104                          031300010000001
9000001000001000000020046276020000000500125000000000000
""",
    fillers=4,
)
WEB_RETURNS = whole("""\
101 091400606 6910001341810170306A094101FIRST BANK & TRUST     ASF APPLICATION SUPERVI
5200CoinLion                            123456789 WEBTRANSFER        000101   1091000010000001
626091400606123456789        0000012354MjMxNDAwMjAtOGQPaul Jones            S 1091000017611242
799R01091400600000001      09100001                                            091000017611242
82000000020009140060000000012354000000000000 123456789                         091000010000001
5200CoinLion                            123456789 WEBTRANSFER        000101   1021000020000002
621091400606867530999999     0000004565NmRjZTJmMzItMGNBob Marley            S 1021000029461242
799R03091400600000003      02100002                                            021000029461242
82000000020009140060000000000000000000004565 123456789                         021000020000002
9000002000001000000040018280120000000012354000000004565
""")
CHANGE = whole(
    """\
101 23138010401210428821908291236A094101Federal Reserve Bank   My Bank Name
5220Your Company, in                    121042882 CORVendor Pay      000000   1121042880000001
621231380104744-5678-99      0000000000location #23   Best Co. #23          S 1121042880000001
798C01121042880000001      121042881918171614                                  091012980000088
82200000020023138010000000000000000000000000121042882                          121042880000001
9000001000001000000020023138010000000000000000000000000
""",
    fillers=4,
)

COMPANY = "1123456789"
PAYER_BANK = "021000021"


def returned(
    trace: str, code: str, cents: int, *, sec: str = "PPD", day: str = "019"
) -> tuple[str, list[str]]:
    """A batch header and the two records of one return; `day` is the settlement day's number in the year."""
    header = f"5200{'HARBOUR NET':<36}{COMPANY}{sec}{'INTERNET':<10}{'':6}260121{day}1021000210000001"
    entry = f"626{PAYER_BANK}{'123456789':<17}{cents:010d}{'K-1':<15}{'KATE NWOSU':<22}  1021000210000099"
    return header, [entry, f"799{code}{trace}{'':6}02100002{'':44}021000210000099"]


def changed(trace: str, code: str, data: str, *, account: str = "123456789") -> tuple[str, list[str]]:
    header = f"5200{'HARBOUR NET':<36}{COMPANY}COR{'INTERNET':<10}{'':6}2601210191021000210000001"
    entry = f"626{PAYER_BANK}{account:<17}{0:010d}{'K-1':<15}{'KATE NWOSU':<22}  1021000210000099"
    return header, [entry, f"798{code}{trace}{'':6}02100002{data:<29}{'':15}021000210000099"]


def report(*batches: tuple[str, list[str]]) -> bytes:
    """A file of these batches, each of one entry to the payer's bank, with the right counts and sums."""
    records = [f"101{COMPANY} 0210000212601220306A094101{'HARBOUR NET':<23}{'FIRST BANK':<23}{'':8}"]
    total = 0
    for header, entries in batches:
        cents = int(entries[0][29:39])
        total += cents
        control = f"8200{2:06d}{2100002:010d}{cents:012d}{0:012d}{COMPANY}{'':25}021000210000001"
        records += [header, *entries, control]
    blocks = -(-(len(records) + 1) // 10)
    count = len(batches)
    records.append(
        f"9{count:06d}{blocks:06d}{2 * count:08d}{2100002 * count:010d}{total:012d}{0:012d}{'':39}"
    )
    return "\n".join(pad(records, blocks)).encode()


def pad(records: Sequence[str], blocks: int) -> list[str]:
    return [*records, *[FILLER] * (blocks * 10 - len(records))]
