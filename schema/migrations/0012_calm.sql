-- Why: `cases` was vacuumed without rest, as the queues are, which are a page. It is large: at 2,000 actions a second each
-- round took a core for half a second with its ANALYZE, every ten seconds, and one action in fifty then waited for a third
-- of a second. A few seconds more of dead rows cost nothing, and its columns' shares hardly change.
ALTER TABLE cases RESET (autovacuum_vacuum_cost_delay);
ALTER TABLE cases SET (autovacuum_analyze_scale_factor = 0.5);

-- Those that were woken before and are not done run alone: looking for one among all that are due read the whole table at
-- two million cases, by the planner's own choice. There are none of them, but after a crash.
CREATE INDEX cases_wake_again ON cases (wake_at) WHERE wake_tries > 0 AND wake_tries < 5;
