"""How packets become octets of days, in sets. `tests/network/octets.py` says the same for one session in plain Python.

Counters are cumulative, so what is used between two reports is their difference, whoever repeats or swaps packets:

- a counter that fell while the session's time went on has wrapped at 2^32, if the NAS sends no gigawords and the line
  is fast enough to have carried that much; else it began anew, as it did when the session's time fell;
- the difference belongs to the time between the two reports; where that crosses local midnights, each day gets its
  share of the time, rounded down in running sums, so that nothing is lost.

Differences need an order, and sorting all reports costs many times what adding them up does. So `radius_packet`
says of each packet whether it went on from the one before (`in_order`: neither its time nor a counter fell). Where all
of a session's did, differences add up: the first and the last report of a day say what all of them do.
"""

from __future__ import annotations

# The fastest line that nobody told us about, kbit/s.
FASTEST_KBPS = 10_000_000

# The midnights of the last week in every zone that customers have: where days end, wherever they are counted.
MIDNIGHTS = """
SELECT coalesce(array_agg(DISTINCT day AT TIME ZONE zone.timezone), '{}')
FROM (SELECT DISTINCT timezone FROM accounts_profile UNION SELECT 'UTC') AS zone,
     generate_series((%(now)s::date - 7)::timestamp, %(now)s::date + 1, interval '1 day') AS day
"""

# New packets between two midnights, session by session: one pass over them, in parallel, which sorts nothing. Those
# without octets are kept apart (-1).
BUCKETS = """
CREATE TEMPORARY TABLE network_bucket ON COMMIT DROP AS
SELECT acctuniqueid,
       CASE WHEN input_octets IS NULL OR output_octets IS NULL THEN -1
            ELSE width_bucket(at, %(midnights)s::timestamptz[]) END AS bucket,
       min(username) AS username, count(*) AS packets, bool_and(in_order) AS in_order,
       bool_and(wide) AS all_wide, bool_or(wide) AS any_wide, min(id) AS first_id, max(id) AS last_id,
       min(at) AS first_at, max(at) AS last_at, min(session_seconds) AS first_seconds,
       max(session_seconds) AS last_seconds, min(input_octets) AS first_input, max(input_octets) AS last_input,
       min(output_octets) AS first_output, max(output_octets) AS last_output
FROM network_packet
WHERE transaction_id >= %(starts)s AND transaction_id < %(ends)s
GROUP BY acctuniqueid, bucket
"""

# Sessions with new packets. `late` are those with a packet from before what was counted already: counted anew whole, if
# all their packets are still kept. `in_order` are those whose every packet went on from the one before.
TOUCHED = """
CREATE TEMPORARY TABLE network_touched ON COMMIT DROP AS
SELECT fresh.acctuniqueid, fresh.username, row_number() OVER ()::int AS number, mark.at AS counted_until,
       (fresh.first_at < mark.at AND session.acctstarttime >= %(kept_from)s) IS TRUE AS late,
       fresh.in_order AND NOT (fresh.first_at < mark.at OR fresh.first_seconds < mark.session_seconds
           OR fresh.first_input < mark.input_octets OR fresh.first_output < mark.output_octets) IS TRUE AS in_order
FROM (
    SELECT acctuniqueid, min(username) AS username, min(first_at) AS first_at, min(first_seconds) AS first_seconds,
           min(first_input) AS first_input, min(first_output) AS first_output,
           coalesce(bool_and(in_order) FILTER (WHERE bucket >= 0)
               AND bool_and(all_wide) = bool_or(any_wide), false) AS in_order
    FROM network_bucket GROUP BY acctuniqueid
) AS fresh
LEFT JOIN network_mark AS mark ON mark.acctuniqueid = fresh.acctuniqueid
LEFT JOIN radacct AS session ON session.acctuniqueid = fresh.acctuniqueid
"""

# Who it is, and in which zone days are counted.
OWNERS = """
CREATE TEMPORARY TABLE network_owner ON COMMIT DROP AS
SELECT touched.number, touched.acctuniqueid, touched.late, touched.counted_until, touched.username,
       touched.in_order AS by_bucket,
       subscription.account_id, subscription.id AS subscription_id, coalesce(details.timezone, 'UTC') AS timezone,
       access.id AS access_id
FROM network_touched AS touched
LEFT JOIN network_access AS access ON access.username = touched.username
LEFT JOIN contracts_subscription AS subscription ON subscription.id = access.subscription_id
LEFT JOIN accounts_account AS account ON account.id = subscription.account_id
LEFT JOIN accounts_profile AS details ON details.id = account.profile_id
"""

# A midnight that nobody foresaw (of an older day, or of a zone that has just changed) lies within a bucket: then its
# first and its last report do not stand for the others.
UNFORESEEN = """
UPDATE network_owner AS owner SET by_bucket = false FROM network_bucket AS bucket
WHERE bucket.acctuniqueid = owner.acctuniqueid AND owner.by_bucket AND bucket.bucket >= 0
  AND (bucket.first_at AT TIME ZONE owner.timezone)::date < (bucket.last_at AT TIME ZONE owner.timezone)::date
"""

# What came next to what was before it: a report, or a day's reports of a session in order, from its first to its last.
# Almost all are plain: within a day, and no counter fell. Those are added up by session and day at once (`report` 0).
# Each of the others, and the last of a session, keeps a row of its own; its step is from what was before to its first.
PAIRS = """
CREATE TEMPORARY TABLE network_pair ON COMMIT DROP AS
SELECT number, used_on, CASE WHEN is_plain AND NOT is_last THEN 0 ELSE id END AS report, bool_and(is_plain) AS is_plain,
       bool_or(is_last) AS is_last, min(before_at) AS before_at, max(at) AS at,
       max(session_seconds) AS session_seconds, max(input_octets) AS input_octets, max(output_octets) AS output_octets,
       max(last_at) AS last_at, max(last_seconds) AS last_seconds, max(last_input) AS last_input,
       max(last_output) AS last_output, max(before_input) AS before_input, max(before_output) AS before_output,
       sum(last_input - CASE WHEN is_plain THEN before_input ELSE input_octets END)::bigint AS input_more,
       sum(last_output - CASE WHEN is_plain THEN before_output ELSE output_octets END)::bigint AS output_more,
       bool_or(wide) AS wide, bool_or(any_wide) AS any_wide, bool_or(anew) AS anew
FROM (
    SELECT pair.*,
           (used_on = before_on AND input_octets >= before_input AND output_octets >= before_output AND NOT anew)
               IS TRUE AS is_plain
    FROM (
        SELECT point.*, lag(last_at) OVER session AS before_at, lag(used_on) OVER session AS before_on,
               lag(last_input) OVER session AS before_input, lag(last_output) OVER session AS before_output,
               wide OR coalesce(lag(wide) OVER session, false) AS any_wide,
               coalesce(session_seconds < lag(last_seconds) OVER session, false) AS anew,
               lead(id) OVER session IS NULL AS is_last
        FROM (
            SELECT owner.number, 0 AS id, mark.at, (mark.at AT TIME ZONE owner.timezone)::date AS used_on,
                   mark.session_seconds, mark.input_octets, mark.output_octets, mark.wide, mark.at AS last_at,
                   mark.session_seconds AS last_seconds, mark.input_octets AS last_input,
                   mark.output_octets AS last_output
            FROM network_owner AS owner JOIN network_mark AS mark ON mark.acctuniqueid = owner.acctuniqueid
            WHERE NOT owner.late
            UNION ALL
            SELECT owner.number, first_id, first_at, (first_at AT TIME ZONE owner.timezone)::date, first_seconds,
                   first_input, first_output, any_wide, last_at, last_seconds, last_input, last_output
            FROM network_bucket AS bucket JOIN network_owner AS owner ON owner.acctuniqueid = bucket.acctuniqueid
            WHERE owner.by_bucket AND bucket.bucket >= 0
            UNION ALL
            SELECT owner.number, report.*, report.at, report.session_seconds, report.input_octets, report.output_octets
            FROM network_packet AS packet JOIN network_owner AS owner ON owner.acctuniqueid = packet.acctuniqueid
            CROSS JOIN LATERAL (
                SELECT packet.id, packet.at, (packet.at AT TIME ZONE owner.timezone)::date,
                       coalesce(packet.session_seconds, CASE packet.kind WHEN 'Start' THEN 0 END) AS session_seconds,
                       packet.input_octets, packet.output_octets, packet.wide
            ) AS report
            WHERE packet.transaction_id >= %(starts)s AND packet.transaction_id < %(ends)s
              AND NOT owner.late AND NOT owner.by_bucket
              AND (owner.counted_until IS NULL OR packet.at >= owner.counted_until)
              AND packet.input_octets IS NOT NULL AND packet.output_octets IS NOT NULL
            UNION ALL
            SELECT owner.number, report.*, report.at, report.session_seconds, report.input_octets, report.output_octets
            FROM network_packet AS packet JOIN network_owner AS owner ON owner.acctuniqueid = packet.acctuniqueid
            CROSS JOIN LATERAL (
                SELECT packet.id, packet.at, (packet.at AT TIME ZONE owner.timezone)::date,
                       coalesce(packet.session_seconds, CASE packet.kind WHEN 'Start' THEN 0 END) AS session_seconds,
                       packet.input_octets, packet.output_octets, packet.wide
            ) AS report
            WHERE packet.transaction_id < %(ends)s AND owner.late
              AND packet.input_octets IS NOT NULL AND packet.output_octets IS NOT NULL
        ) AS point
        WINDOW session AS (
            PARTITION BY number ORDER BY at, id > 0, session_seconds, input_octets, output_octets
        )
    ) AS pair
) AS report
WHERE id > 0
GROUP BY number, used_on, CASE WHEN is_plain AND NOT is_last THEN 0 ELSE id END
"""

STEPS = """
CREATE TEMPORARY TABLE network_step ON COMMIT DROP AS
SELECT owner.*, step.began_at, step.at, input.octets AS input_octets, output.octets AS output_octets,
       input.wrapped OR output.wrapped AS wrapped, step.anew OR input.anew OR output.anew AS anew
FROM (
    SELECT pair.*,
           -- where the counters say themselves that they began anew, or nothing is known of before
           CASE WHEN pair.anew OR before_at IS NULL
                THEN greatest(before_at, pair.at - make_interval(secs => coalesce(pair.session_seconds, 0)))
                ELSE before_at END AS began_at
    FROM network_pair AS pair
    WHERE NOT pair.is_plain
) AS step
JOIN network_owner AS owner ON owner.number = step.number
CROSS JOIN LATERAL (
    SELECT CASE WHEN step.anew THEN 0 ELSE coalesce(step.before_input, 0) END AS input_from,
           CASE WHEN step.anew THEN 0 ELSE coalesce(step.before_output, 0) END AS output_from,
           extract(epoch FROM step.at - step.began_at)::bigint AS seconds
) AS base
-- How fast the line is at most, asked only where a counter fell: a tenth more than its plan says, for bursts.
LEFT JOIN LATERAL (
    SELECT greatest(own.up_kbps, own.burst_up_kbps) * 11::bigint / 10 AS up_kbps,
           greatest(own.down_kbps, own.burst_down_kbps) * 11::bigint / 10 AS down_kbps
    FROM network_standing AS standing JOIN network_profile AS own ON own.id = standing.own_profile_id
    WHERE standing.access_id = owner.access_id
      AND (step.input_octets < base.input_from OR step.output_octets < base.output_from)
    OFFSET 0
) AS line ON true
CROSS JOIN LATERAL (
    SELECT step.input_octets < base.input_from AS fell,
           step.input_octets < base.input_from AND NOT step.any_wide
           AND (step.input_octets - base.input_from + 4294967296) * 8
               <= coalesce(line.up_kbps, %(fastest)s) * 1000 * base.seconds AS wrapped
) AS input_fall
CROSS JOIN LATERAL (
    SELECT step.output_octets < base.output_from AS fell,
           step.output_octets < base.output_from AND NOT step.any_wide
           AND (step.output_octets - base.output_from + 4294967296) * 8
               <= coalesce(line.down_kbps, %(fastest)s) * 1000 * base.seconds AS wrapped
) AS output_fall
CROSS JOIN LATERAL (
    SELECT CASE WHEN input_fall.wrapped THEN step.input_octets - base.input_from + 4294967296
                WHEN input_fall.fell THEN step.input_octets
                ELSE step.input_octets - base.input_from END AS octets,
           input_fall.wrapped, input_fall.fell AND NOT input_fall.wrapped AS anew
) AS input
CROSS JOIN LATERAL (
    SELECT CASE WHEN output_fall.wrapped THEN step.output_octets - base.output_from + 4294967296
                WHEN output_fall.fell THEN step.output_octets
                ELSE step.output_octets - base.output_from END AS octets,
           output_fall.wrapped, output_fall.fell AND NOT output_fall.wrapped AS anew
) AS output
WHERE input.octets > 0 OR output.octets > 0
"""

# What is plain, and the steps' shares of each local day they lie in.
DAYS = """
CREATE TEMPORARY TABLE network_day ON COMMIT DROP AS
SELECT number, used_on, sum(input_octets)::bigint AS input_octets, sum(output_octets)::bigint AS output_octets,
       coalesce(max(gap_seconds), 0)::bigint AS gap_seconds, count(*) FILTER (WHERE wrapped) AS wraps,
       count(*) FILTER (WHERE anew) AS resets
FROM (
SELECT number, used_on, input_more AS input_octets, output_more AS output_octets, NULL::bigint AS gap_seconds,
       false AS wrapped, false AS anew
FROM network_pair WHERE input_more > 0 OR output_more > 0
UNION ALL
SELECT step.number, share.used_on, share.input_octets, share.output_octets, share.gap_seconds, step.wrapped, step.anew
FROM (
    SELECT *, (began_at AT TIME ZONE timezone)::date AS began_on, (at AT TIME ZONE timezone)::date AS ended_on
    FROM network_step
) AS step
CROSS JOIN LATERAL (
    SELECT step.ended_on AS used_on, step.input_octets::numeric, step.output_octets::numeric,
           NULL::bigint AS gap_seconds
    WHERE step.began_on = step.ended_on
    UNION ALL
    SELECT piece.day::date,
           div(step.input_octets * piece.until_second, piece.seconds)
               - div(step.input_octets * piece.from_second, piece.seconds),
           div(step.output_octets * piece.until_second, piece.seconds)
               - div(step.output_octets * piece.from_second, piece.seconds),
           piece.seconds::bigint
    FROM (
        SELECT day, whole.seconds,
               greatest(0, extract(epoch FROM (day AT TIME ZONE step.timezone) - step.began_at)) AS from_second,
               least(whole.seconds, extract(epoch FROM ((day + interval '1 day') AT TIME ZONE step.timezone)
                   - step.began_at)) AS until_second
        FROM generate_series(step.began_on::timestamp, step.ended_on::timestamp, interval '1 day') AS day
        CROSS JOIN (SELECT extract(epoch FROM step.at - step.began_at) AS seconds) AS whole
    ) AS piece
    WHERE step.began_on < step.ended_on
) AS share
) AS part
GROUP BY number, used_on
"""

FORGET_LATE = """
UPDATE network_sessionday AS kept SET input_octets = 0, output_octets = 0, gap_seconds = 0, wraps = 0, resets = 0
FROM network_touched AS touched WHERE touched.acctuniqueid = kept.acctuniqueid AND touched.late
"""

KEEP = """
INSERT INTO network_sessionday AS kept (acctuniqueid, used_on, account_id, subscription_id, username, input_octets,
    output_octets, passed_octets, gap_seconds, wraps, resets)
SELECT owner.acctuniqueid, day.used_on, owner.account_id, owner.subscription_id, owner.username, day.input_octets,
       day.output_octets, 0, day.gap_seconds, day.wraps, day.resets
FROM network_day AS day JOIN network_owner AS owner ON owner.number = day.number
ON CONFLICT (acctuniqueid, used_on) DO UPDATE
SET input_octets = kept.input_octets + excluded.input_octets,
    output_octets = kept.output_octets + excluded.output_octets,
    gap_seconds = greatest(kept.gap_seconds, excluded.gap_seconds), wraps = kept.wraps + excluded.wraps,
    resets = kept.resets + excluded.resets
"""

MARK = """
INSERT INTO network_mark AS known (acctuniqueid, at, session_seconds, input_octets, output_octets, wide)
SELECT owner.acctuniqueid, last.last_at, last.last_seconds, last.last_input, last.last_output, last.wide
FROM network_pair AS last JOIN network_owner AS owner ON owner.number = last.number
WHERE last.is_last
ON CONFLICT (acctuniqueid) DO UPDATE
SET at = excluded.at, session_seconds = excluded.session_seconds, input_octets = excluded.input_octets,
    output_octets = excluded.output_octets, wide = excluded.wide
"""

# A planner that knows nothing of these tables would take every report by itself.
ROLL_UP = (
    TOUCHED,
    "ANALYZE network_touched",
    OWNERS,
    UNFORESEEN,
    "ANALYZE network_owner",
    PAIRS,
    "ANALYZE network_pair",
    STEPS,
    DAYS,
    FORGET_LATE,
    KEEP,
    MARK,
)
