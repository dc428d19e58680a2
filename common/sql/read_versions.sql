-- Which version each kind of registry data has. No parameters. Columns: kind, version.
-- Tables read: registry_version. Locks: none.
SELECT kind, version FROM registry_version
