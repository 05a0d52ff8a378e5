"""Subscribers' names are looked up in views of their own: a plan with both halves costs a third more to begin with."""

from importlib import import_module

from django.db import migrations

ADDRESSES = import_module("broadbill.network.migrations.0010_addresses_kept")
FUNCTIONS = import_module("broadbill.network.migrations.0006_look_up")
GRANTS = import_module("broadbill.network.migrations.0016_grants")
WINDOWS = import_module("broadbill.network.migrations.0019_windows")

SUBSCRIBERS = {
    "radcheck": GRANTS.OLD_CHECK,
    "radreply": GRANTS.OLD_REPLY.replace(WINDOWS.LAST, WINDOWS.LAST + WINDOWS.LEFT),
    "radusergroup": GRANTS.OLD_GROUPS,
}
# `OFFSET 0`: the state is worked out once for a line, not once for each place that it is looked at in.
STANDING = WINDOWS.STANDING.replace(WINDOWS.OUT, WINDOWS.OUT_BY_THE_CLOCK)
STATE = ") AS now_is"
STATE_ONCE = "    OFFSET 0\n) AS now_is"
APART = """
CREATE FUNCTION {name}({parameters}) RETURNS TABLE ({columns}) LANGUAGE plpgsql STABLE AS $body$
#variable_conflict use_column
BEGIN
    IF starts_with(who, 'voucher:') THEN
        RETURN QUERY {granted};
    ELSE
        RETURN QUERY {subscribers};
    END IF;
END
$body$
"""


def own_view(name: str) -> migrations.RunSQL:
    sql = SUBSCRIBERS[name].replace(f"CREATE VIEW {name}", f"CREATE VIEW network_{name}")
    return migrations.RunSQL(sql, f"DROP VIEW network_{name}")


def apart(name: str, view: str) -> migrations.RunSQL:
    parameters, columns, query = GRANTS.ASKED[name]
    both = "granted = starts_with(who, 'voucher:')"
    granted = query.replace(both, "granted")
    subscribers = query.replace(f" AND {both}", "").replace(f"FROM {view}", f"FROM network_{view}")
    subscribers = subscribers.partition(" AND (vendor")[0]
    if "ORDER BY" not in subscribers:
        subscribers += " ORDER BY id"
    new = APART.format(
        name=name, parameters=parameters, columns=columns, granted=granted, subscribers=subscribers
    )
    old = FUNCTIONS.FUNCTION.format(name=name, parameters=parameters, columns=columns, query=query)
    return migrations.RunSQL(f"DROP FUNCTION {name}; {new}", f"DROP FUNCTION {name}; {old}")


class Migration(migrations.Migration):
    dependencies = [("network", "0020_routers")]

    operations = [
        ADDRESSES.replaced(STANDING, STATE, STATE_ONCE),
        *(own_view(name) for name in SUBSCRIBERS),
        apart("radius_check", "radcheck"),
        apart("radius_reply", "radreply"),
        apart("radius_groups", "radusergroup"),
    ]
