-- Why: a case whose text was hidden (屏蔽内容) keeps its rows, since facts are never changed; who reads them is told
-- that the text is hidden. One place says for whom it is. Reporting owns nothing here and reads by these functions.

-- What the case says is hidden from who asks. veil: {names: the attributes that hide it (schema/workflows says which),
-- sight: as may_see wants it (null: nobody's), words: what is read instead}. Whose post may hide may read.
CREATE FUNCTION is_veiled(c cases, veil jsonb) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.more IS NOT NULL
        AND EXISTS (SELECT FROM jsonb_array_elements_text(veil -> 'names') AS n WHERE c.more -> n IS NOT NULL)
        AND NOT coalesce((veil #>> '{sight,all}')::boolean, false)
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(veil #> '{sight,texts}') AS r
            WHERE coalesce(c.shield, c.area) >= (r ->> 0) COLLATE "C" AND coalesce(c.shield, c.area) < (r ->> 1) COLLATE "C")
$$;

CREATE FUNCTION veiled(c cases, veil jsonb, said text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN said IS NOT NULL AND is_veiled(c, veil) THEN veil ->> 'words' ELSE said END
$$;
