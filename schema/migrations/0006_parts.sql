-- Why: a report that names several matters is split (拆分): each part is a report of its own, which says whose part it is.
-- Expands only. The index is small: few reports are parts.
-- Owner: intake's table, of which triage writes the parts. Read by: triage (whether all have ended), reporting.
ALTER TABLE reports ADD parent bigint;         -- the case that it was split from
CREATE INDEX reports_parent ON reports (parent) WHERE parent IS NOT NULL;
