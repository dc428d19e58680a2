-- Why: what staff saw and did themselves (自采自处) is said with the report and ends its case as it opens; what was entered
-- later (补录) is marked by whoever enters it, not guessed: a resident who says "since last week" is not late.
-- Expands only. Owner: intake's table. Read by: triage, reporting.
ALTER TABLE reports ADD handled text;                             -- what was done on the spot
ALTER TABLE reports ADD backfilled boolean NOT NULL DEFAULT false;
UPDATE reports SET backfilled = true WHERE occurred_at < received_at - interval '1 day'; -- as it was reckoned until now
