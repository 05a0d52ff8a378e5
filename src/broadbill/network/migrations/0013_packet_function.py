"""What is done with an accounting packet, as a function: a connection plans its statements once, not at every packet."""

from django.db import migrations

# Everything as FreeRADIUS has it, an attribute that a packet lacks being the empty text.
PARAMETERS = (
    "kind", "unique_id", "session_id", "who", "source", "event_epoch", "delay", "session_time", "input", "input_high",
    "output", "output_high", "port", "port_type", "authentic", "connect_info", "called", "calling", "cause", "service",
    "protocol", "address", "address6", "prefix6", "interface6", "delegated6", "klass",
)  # fmt: skip
FUNCTION = """
CREATE FUNCTION radius_packet({parameters}) RETURNS boolean LANGUAGE plpgsql AS $body$
#variable_conflict use_column
DECLARE
    told timestamptz := to_timestamp(nullif(event_epoch, '')::bigint);
    -- The instant that the NAS means: what it says, if its clock can be believed, else the time of arrival less the delay
    -- that it tells (RFC 2866 section 5.2, RFC 2869 section 5.3).
    moment timestamptz := CASE
        WHEN told BETWEEN now() - interval '62 days' AND now() + interval '1 day' THEN told
        ELSE now() - make_interval(secs => coalesce(nullif(delay, '')::int, 0)) END;
    -- What begins has used nothing. Else a packet without time or counters says nothing of them. Counters of 64 bits
    -- (RFC 2869 section 5.1).
    begins boolean := kind = 'Start';
    seconds bigint := coalesce(nullif(session_time, '')::bigint, CASE WHEN begins THEN 0 END);
    octets_in bigint := CASE WHEN begins THEN 0
        ELSE nullif(input, '')::bigint + (coalesce(nullif(input_high, '')::bigint, 0) << 32) END;
    octets_out bigint := CASE WHEN begins THEN 0
        ELSE nullif(output, '')::bigint + (coalesce(nullif(output_high, '')::bigint, 0) << 32) END;
    went_on boolean;
BEGIN
    -- Packets may be lost, repeated and out of order: an older one never takes a newer one's place, what is over stays
    -- over (unless Broadbill ended it for want of reports), and a session that begins after its end is a new one under
    -- an old id. Whether the packet went on from those before is found while the session's row is locked.
    INSERT INTO radacct AS known (acctsessionid, acctuniqueid, username, nasipaddress, nasportid, nasporttype,
        acctstarttime, acctupdatetime, acctstoptime, acctsessiontime, acctauthentic, connectinfo_start,
        acctinputoctets, acctoutputoctets, calledstationid, callingstationid, acctterminatecause, servicetype,
        framedprotocol, framedipaddress, framedipv6address, framedipv6prefix, framedinterfaceid, delegatedipv6prefix,
        class, in_order)
    VALUES (session_id, unique_id, who, source::inet, nullif(port, ''), nullif(port_type, ''),
        moment - make_interval(secs => coalesce(seconds, 0)), moment, CASE kind WHEN 'Stop' THEN moment END, seconds,
        nullif(authentic, ''), nullif(connect_info, ''), octets_in, octets_out, nullif(called, ''),
        nullif(calling, ''), nullif(cause, ''), nullif(service, ''), nullif(protocol, ''), nullif(address, '')::inet,
        nullif(address6, '')::inet, nullif(prefix6, ''), nullif(interface6, ''), nullif(delegated6, ''),
        nullif(klass, ''), seconds + octets_in + octets_out IS NOT NULL)
    ON CONFLICT (acctuniqueid) DO UPDATE SET
        acctstarttime = CASE WHEN excluded.acctstarttime > known.acctstoptime THEN excluded.acctstarttime
            ELSE least(known.acctstarttime, excluded.acctstarttime) END,
        acctstoptime = CASE WHEN excluded.acctstarttime > known.acctstoptime
            OR known.acctterminatecause = 'Lost-Report' AND excluded.acctupdatetime > known.acctstoptime
            THEN excluded.acctstoptime ELSE coalesce(known.acctstoptime, excluded.acctstoptime) END,
        acctterminatecause = CASE WHEN excluded.acctstarttime > known.acctstoptime
            OR known.acctterminatecause = 'Lost-Report' AND excluded.acctupdatetime > known.acctstoptime
            THEN excluded.acctterminatecause
            ELSE coalesce(known.acctterminatecause, excluded.acctterminatecause) END,
        acctupdatetime = greatest(known.acctupdatetime, excluded.acctupdatetime),
        acctsessiontime = CASE WHEN excluded.acctupdatetime >= known.acctupdatetime
            THEN coalesce(excluded.acctsessiontime, known.acctsessiontime) ELSE known.acctsessiontime END,
        acctinputoctets = CASE WHEN excluded.acctupdatetime >= known.acctupdatetime
            THEN coalesce(excluded.acctinputoctets, known.acctinputoctets) ELSE known.acctinputoctets END,
        acctoutputoctets = CASE WHEN excluded.acctupdatetime >= known.acctupdatetime
            THEN coalesce(excluded.acctoutputoctets, known.acctoutputoctets) ELSE known.acctoutputoctets END,
        framedipaddress = coalesce(excluded.framedipaddress, known.framedipaddress),
        framedipv6address = coalesce(excluded.framedipv6address, known.framedipv6address),
        framedipv6prefix = coalesce(excluded.framedipv6prefix, known.framedipv6prefix),
        delegatedipv6prefix = coalesce(excluded.delegatedipv6prefix, known.delegatedipv6prefix),
        class = CASE WHEN excluded.acctstarttime > known.acctstoptime THEN excluded.class
            ELSE coalesce(known.class, excluded.class) END,
        in_order = excluded.in_order AND (excluded.acctupdatetime >= known.acctupdatetime
            AND excluded.acctsessiontime >= coalesce(known.acctsessiontime, 0)
            AND excluded.acctinputoctets >= coalesce(known.acctinputoctets, 0)
            AND excluded.acctoutputoctets >= coalesce(known.acctoutputoctets, 0)) IS TRUE
    RETURNING in_order INTO went_on;
    -- Every packet is kept as it came, for billing.
    INSERT INTO network_packet (acctuniqueid, username, nasipaddress, kind, at, session_seconds, input_octets,
        output_octets, wide, in_order)
    VALUES (unique_id, who, source::inet, kind, moment, seconds, octets_in, octets_out,
        input_high || output_high <> '', went_on);
    RETURN went_on;
END
$body$
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0012_drift")]

    operations = [
        migrations.RunSQL(
            FUNCTION.format(parameters=", ".join(f"{name} text" for name in PARAMETERS)),
            "DROP FUNCTION radius_packet",
        ),
    ]
