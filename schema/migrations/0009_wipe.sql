-- Why: a wipe of training said that nothing more was to come while a part still waited to be taken up, and left for ever
-- what was set aside. The function is replaced; who may call it stays as it was.

-- Wipes so many cases in training, with all that belongs to them: those that were merged with them, parts and wholes; and
-- so many reports in training that were set aside. A case of which a part waits to be taken up is left for the next time.
-- what: who did it, as audit.actor, and why. wiped: cases and reports that were set aside. more: something is left,
-- perhaps only what waits; said even where nothing was wiped.
-- scans: cases, action_keys and deliveries from end to end, since no index on a hot table is worth a wipe.
CREATE OR REPLACE FUNCTION wipe_training(now timestamptz, who text, why text, most int, OUT wiped int, OUT more boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ids bigint[];
    said bigint[];
    aside bigint[];
    before int := -1;
BEGIN
    SELECT coalesce(array_agg(id), '{}') INTO ids FROM (
        SELECT c.id FROM cases c
        WHERE c.training AND NOT EXISTS (SELECT FROM reports p JOIN arrivals a ON a.report_id = p.id
            WHERE p.parent = c.id AND a.set_aside_at IS NULL)
        ORDER BY c.id LIMIT most FOR UPDATE) AS picked;
    WHILE cardinality(ids) > before LOOP
        before := cardinality(ids);
        SELECT array_agg(DISTINCT id ORDER BY id) INTO ids FROM (
            SELECT unnest(ids) AS id
            UNION SELECT c.id FROM cases c WHERE c.master = ANY (ids)
            UNION SELECT c.master FROM cases c WHERE c.id = ANY (ids) AND c.master IS NOT NULL
            UNION SELECT p.id FROM reports p WHERE p.parent = ANY (ids)
            UNION SELECT p.parent FROM reports p WHERE p.id = ANY (ids) AND p.parent IS NOT NULL) AS kin;
        ids := coalesce(ids, '{}');
    END LOOP;
    IF EXISTS (SELECT FROM cases WHERE id = ANY (ids) AND NOT training) THEN
        RAISE EXCEPTION 'a case that is no training belongs to one that is';
    END IF;
    PERFORM FROM cases WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
    -- First, and with its row locked: whoever opens a case takes its arrival, and opens nothing where that is gone.
    DELETE FROM arrivals WHERE report_id = ANY (ids);
    WITH gone AS (
        DELETE FROM arrivals WHERE report_id IN (
            SELECT a.report_id FROM arrivals a JOIN reports r ON r.id = a.report_id
            WHERE a.set_aside_at IS NOT NULL AND r.training ORDER BY a.report_id LIMIT most FOR UPDATE OF a)
        RETURNING report_id)
    SELECT coalesce(array_agg(report_id), '{}') INTO aside FROM gone;
    SELECT coalesce(array_agg(report_id), '{}') INTO said FROM case_reports WHERE case_id = ANY (ids);
    DELETE FROM notices WHERE case_id = ANY (ids);
    DELETE FROM deliveries WHERE case_id = ANY (ids); -- what a notice became while it was being deleted is seen by now
    DELETE FROM action_keys WHERE case_id = ANY (ids);
    DELETE FROM links WHERE case_id = ANY (ids);
    DELETE FROM rate_facts WHERE case_id = ANY (ids);
    DELETE FROM tasks WHERE case_id = ANY (ids);
    DELETE FROM events WHERE case_id = ANY (ids);
    DELETE FROM case_reports WHERE case_id = ANY (ids);
    DELETE FROM cases WHERE id = ANY (ids);
    DELETE FROM reporters WHERE report_id = ANY (said || ids || aside);
    DELETE FROM reports WHERE id = ANY (said || ids || aside);
    wiped := cardinality(ids) + cardinality(aside);
    more := EXISTS (SELECT FROM cases WHERE training)
        OR EXISTS (SELECT FROM arrivals a JOIN reports r ON r.id = a.report_id WHERE r.training);
    IF wiped > 0 THEN
        INSERT INTO audit (at, service, actor, action, object, detail)
        VALUES (now, 'registry', who, 'training.wiped', 'training',
            jsonb_build_object('cases', cardinality(ids), 'set_aside', cardinality(aside), 'reason', why));
    END IF;
END
$$;
