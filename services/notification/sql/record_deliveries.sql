-- Writes down how mails went. A mail that was sent stays sent; any other result counts only for the try that it
-- belongs to, since a later claim knows more.
-- $1 int8[] ids · $2 int2[] tries · $3 text[] state (sent, failed, waiting) · $4 text[] reason
-- $5 timestamptz[] due_at (null unless waiting) · $6 timestamptz[] sent_at (null unless sent)
-- Columns: none
-- Tables: deliveries (update)
-- Locks: the rows, in the order of their ids
WITH result AS (
    SELECT * FROM unnest($1::bigint[], $2::int2[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
        AS u (id, tries, state, reason, due_at, sent_at)
), locked AS (
    SELECT d.id FROM deliveries d WHERE d.id = ANY ($1) ORDER BY d.id FOR UPDATE
)
UPDATE deliveries d
SET state = u.state, reason = u.reason, due_at = u.due_at, sent_at = u.sent_at
FROM result u JOIN locked USING (id)
WHERE d.id = u.id AND d.state <> 'sent'
  AND (u.state = 'sent' OR (d.state = 'waiting' AND d.tries = u.tries));
