-- A try that open_login wrote down was not wrong, or was never judged: it is taken away. $1 code that was given, $2 staff
-- id or null. Tables: writes login_failures; reads staff. Locks: the person's row of login_failures.
UPDATE login_failures SET failures = greatest(0, failures - 1), locked_until = NULL
WHERE subject = substr(sha256(convert_to('staff:'
    || coalesce((SELECT code FROM staff WHERE id = $2::bigint), $1::text, ''), 'UTF8')), 1, 16)
