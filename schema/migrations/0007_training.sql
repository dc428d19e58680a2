-- Why: training (演练) is marked from birth and can be wiped. A case in training lies in tables of five services; what
-- wipes it is one statement of one transaction, so that no half of a case is ever left, and a function of the owner, so
-- that no service gets the right to delete what was said or done.

-- Wipes so many cases in training, with all that belongs to them: those that were merged with them, parts and wholes. A
-- case of which a part waits to be taken up is left for the next time. what: who did it, as audit.actor, and why.
-- scans: cases, action_keys and deliveries from end to end, since no index on a hot table is worth a wipe.
CREATE FUNCTION wipe_training(now timestamptz, who text, why text, most int, OUT wiped int, OUT more boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ids bigint[];
    said bigint[];
    before int := -1;
BEGIN
    SELECT coalesce(array_agg(id), '{}') INTO ids FROM (
        SELECT c.id FROM cases c
        WHERE c.training AND NOT EXISTS (SELECT FROM reports p JOIN arrivals a ON a.report_id = p.id WHERE p.parent = c.id)
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
    wiped := cardinality(ids);
    more := false;
    IF wiped = 0 THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM cases WHERE id = ANY (ids) AND NOT training) THEN
        RAISE EXCEPTION 'a case that is no training belongs to one that is';
    END IF;
    PERFORM FROM cases WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
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
    DELETE FROM reporters WHERE report_id = ANY (said || ids);
    DELETE FROM reports WHERE id = ANY (said || ids);
    more := EXISTS (SELECT FROM cases WHERE training);
    INSERT INTO audit (at, service, actor, action, object, detail)
    VALUES (now, 'registry', who, 'training.wiped', 'training', jsonb_build_object('cases', wiped, 'reason', why));
END
$$;
REVOKE ALL ON FUNCTION wipe_training FROM PUBLIC;
