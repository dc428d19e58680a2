-- What is still to do, for the gauges; counted to 10,000 at most.
-- Parameters: none
-- Columns: notices, notices_aside, mails, mails_oldest (created_at of the one due first; null: none)
-- Tables: notices, deliveries (read) · Locks: none
SELECT (SELECT count(*) FROM (SELECT FROM notices WHERE set_aside_at IS NULL LIMIT 10000) AS q) AS notices,
       (SELECT count(*) FROM (SELECT FROM notices WHERE set_aside_at IS NOT NULL LIMIT 10000) AS q) AS notices_aside,
       (SELECT count(*) FROM (SELECT FROM deliveries WHERE state = 'waiting' LIMIT 10000) AS q) AS mails,
       (SELECT created_at FROM deliveries WHERE state = 'waiting' ORDER BY due_at LIMIT 1) AS mails_oldest;
