"""What was used when is looked up by address and by access server in sessions that are over, of years."""

from django.db import migrations

PREFIX = "CASE WHEN {column} ~ '^[0-9a-fA-F:.]+/[0-9]+$' THEN {column}::inet END"
# Sessions that are over: a row enters once, when it ends. Those that are open have indexes of their own.
INDEXES = {
    "radacct_over_of_address": "(framedipaddress, acctstoptime) WHERE acctstoptime IS NOT NULL",
    "radacct_over_of_nas": "(nasipaddress, acctstoptime) WHERE acctstoptime IS NOT NULL",
    "radacct_of_address6": "(framedipv6address) WHERE framedipv6address IS NOT NULL",
    **{
        f"radacct_within_{column}": f"USING gist (({PREFIX.format(column=column)}) inet_ops) WHERE {column} IS NOT NULL"
        for column in ("framedipv6prefix", "delegatedipv6prefix")
    },
}


class Migration(migrations.Migration):
    dependencies = [("network", "0016_grants")]

    operations = [
        migrations.RunSQL(f"CREATE INDEX {name} ON radacct {terms}", f"DROP INDEX {name}")
        for name, terms in INDEXES.items()
    ]
