-- The history file of a replay against the database: what was answered is there once and has one case; what is there
-- was sent. Read only. Environment: WANGGE_HISTORY (the NDJSON file).

\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;
SET jit = off;
BEGIN;
CREATE TEMP TABLE lines (line jsonb) ON COMMIT DROP;
\copy lines FROM PROGRAM 'cat -- "$WANGGE_HISTORY"' CSV QUOTE E'\x01' DELIMITER E'\x02'

CREATE TEMP TABLE history ON COMMIT DROP AS
    SELECT line->>'key' AS key, count(*) FILTER (WHERE line->>'op' = 'sent') AS sent,
           count(*) FILTER (WHERE line->>'op' = 'unknown') AS unknown,
           array_agg(DISTINCT (line->>'id')::bigint) FILTER (WHERE line->>'op' = 'answered') AS answered
    FROM lines WHERE line ? 'key' GROUP BY 1;
CREATE TEMP TABLE found ON COMMIT DROP AS
    SELECT r.source_id AS key, array_agg(DISTINCT r.id) AS reports, count(l.case_id) AS links, count(DISTINCT c.id) AS cases,
           count(a.report_id) FILTER (WHERE a.set_aside_at IS NOT NULL) AS set_aside
    FROM reports r
    LEFT JOIN case_reports l ON l.report_id = r.id
    LEFT JOIN cases c ON c.id = l.case_id
    LEFT JOIN arrivals a ON a.report_id = r.id
    WHERE r.source_system = 'replay'
      AND right(r.source_id, length(split_part((SELECT min(key) FROM history), ':', 3)) + 1)
          = ':' || split_part((SELECT min(key) FROM history), ':', 3)
    GROUP BY 1;
CREATE TEMP TABLE faults ON COMMIT DROP AS
    SELECT 'lost' AS fault, h.key FROM history h LEFT JOIN found f USING (key)
    WHERE h.answered IS NOT NULL AND (f.key IS NULL OR NOT h.answered <@ f.reports OR f.cases + f.set_aside = 0)
    UNION ALL
    SELECT 'doubled', f.key FROM found f LEFT JOIN history h USING (key)
    WHERE cardinality(f.reports) > 1 OR f.links > 1 OR cardinality(h.answered) > 1
    UNION ALL
    SELECT 'unlinked', f.key FROM found f WHERE f.links = 0 AND f.set_aside = 0
    UNION ALL
    SELECT 'unexpected', f.key FROM found f WHERE NOT EXISTS (SELECT FROM history h WHERE h.key = f.key AND h.sent > 0);
SELECT jsonb_build_object(
    'sent', (SELECT count(*) FROM history WHERE sent > 0),
    'answered', (SELECT count(*) FROM history WHERE answered IS NOT NULL),
    'unknown', (SELECT coalesce(sum(unknown), 0) FROM history),
    'recovered', (SELECT count(*) FROM history h JOIN found USING (key) WHERE h.unknown > 0),
    'reports', (SELECT count(*) FROM found), 'set_aside', (SELECT coalesce(sum(set_aside), 0) FROM found),
    'lost', (SELECT count(*) FROM faults WHERE fault = 'lost'),
    'doubled', (SELECT count(*) FROM faults WHERE fault = 'doubled'),
    'unlinked', (SELECT count(*) FROM faults WHERE fault = 'unlinked'),
    'unexpected', (SELECT count(*) FROM faults WHERE fault = 'unexpected'));
SELECT format('%s: %s', fault, key) FROM faults ORDER BY fault, key LIMIT 20;
DO $$
BEGIN
    IF EXISTS (SELECT FROM faults) OR NOT EXISTS (SELECT FROM history WHERE answered IS NOT NULL) THEN
        RAISE EXCEPTION 'the history and the database do not agree, or nothing was answered';
    END IF;
END $$;
COMMIT;
