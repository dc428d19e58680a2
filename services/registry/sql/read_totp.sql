-- The secret that waits to be confirmed. $1 staff id. Columns: sealed secret. Tables: reads passwords. Locks: none.
SELECT totp_sealed FROM passwords WHERE staff_id = $1::bigint AND NOT totp_confirmed AND totp_sealed IS NOT NULL
