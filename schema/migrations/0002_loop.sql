-- Why: every hand that a case passes through, and its clocks: what a case remembers beside its columns, the tasks that
-- several parties share, cases that were merged, and the sweep that wakes a case when a clock wants it.
-- Expands only: every column is empty or has a default, so that programs that do not know it go on.
-- Owner of all of it: triage. Read by: reporting, notification (whom a merged case's news concerns).
ALTER TABLE cases
    ADD more json,                             -- attributes and chain; never searched: read and written whole
    ADD master bigint;                         -- the case it was merged into
CREATE INDEX cases_master ON cases (master) WHERE master IS NOT NULL;
-- The sweep that wakes due cases. After five tries without a verdict a case is left alone (schema/checks/set_aside.sql).
CREATE INDEX cases_wake ON cases (wake_at) WHERE wake_at IS NOT NULL AND wake_tries < 5;
-- One party's part of a case that several share (吹哨报到). Its number is the case's with -k.
CREATE TABLE tasks (
    case_id bigint NOT NULL, k int NOT NULL,
    party int, staff bigint,                   -- whose it is: at least one of the two
    state text COLLATE "C" NOT NULL, open boolean NOT NULL,
    text text NOT NULL, training boolean NOT NULL, opened_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, k), CHECK (num_nonnulls(party, staff) >= 1)
);
CREATE INDEX tasks_party ON tasks (party, case_id) WHERE open AND party IS NOT NULL;
CREATE INDEX tasks_staff ON tasks (staff, case_id) WHERE open AND staff IS NOT NULL;
