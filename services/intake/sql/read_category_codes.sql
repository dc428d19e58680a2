-- Codes in use. No parameters. Columns: code. Tables read: categories. Locks: none.
SELECT code FROM categories WHERE retired_at IS NULL ORDER BY code
