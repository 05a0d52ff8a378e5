"""What FreeRADIUS asks at each sign-in, as functions: a connection plans a view's statement once, not at every question."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION {name}({parameters}) RETURNS TABLE ({columns}) LANGUAGE plpgsql STABLE AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY {query};
END
$body$
"""
OF_USER = "id bigint, username text, attribute text, value text, op text"
OF_GROUP = "id bigint, groupname text, attribute text, value text, op text"
FUNCTIONS = (
    (
        "radius_check",
        "who text",
        OF_USER,
        "SELECT id::bigint, username, attribute::text, value::text, op::text FROM radcheck WHERE username = who ORDER BY id",
    ),
    (
        "radius_reply",
        "who text",
        OF_USER,
        "SELECT id::bigint, username, attribute::text, value::text, op::text FROM radreply WHERE username = who ORDER BY id",
    ),
    (
        "radius_groups",
        "who text",
        "groupname text",
        "SELECT groupname::text FROM radusergroup WHERE username = who ORDER BY priority",
    ),
    (
        "radius_group_check",
        "which text",
        OF_GROUP,
        "SELECT id::bigint, groupname, attribute::text, value::text, op::text FROM radgroupcheck"
        " WHERE groupname = which ORDER BY id",
    ),
    # What every NAS understands, and what the one that asks does.
    (
        "radius_group_reply",
        "which text, source text",
        OF_GROUP,
        "SELECT id::bigint, groupname, attribute::text, value::text, op::text FROM radgroupreply"
        " WHERE groupname = which AND vendor IN ('', (SELECT type FROM nas WHERE nasname = source)) ORDER BY id",
    ),
)


def function(name: str, parameters: str, columns: str, query: str) -> migrations.RunSQL:
    words = FUNCTION.format(name=name, parameters=parameters, columns=columns, query=query)
    return migrations.RunSQL(words, f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    dependencies = [("network", "0005_allowances")]

    operations = [function(*each) for each in FUNCTIONS]
