#include "common/db_check.h"

#include "common/clock.h"
#include "common/db.h"

enum { SCHEMA_LOWEST = 1, SCHEMA_HIGHEST = 12 };

const char wg_db_check_sql[] =
    "SELECT pg_is_in_recovery(), current_setting('fsync') = 'on' AND "
    "current_setting('full_page_writes') = 'on' AND "
    "current_setting('synchronous_commit') = 'on', (SELECT max(version) FROM schema_version), "
    "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

const char *wg_db_judge(const PGresult *result)
{
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return PQresultErrorMessage(result);
    if (wg_get_bool(result, 0, 0))
        return "the database is in recovery";
    if (!wg_get_bool(result, 0, 1))
        return "fsync, full_page_writes and synchronous_commit must be on";
    int64_t version = wg_get_i64(result, 0, 2);
    if (version < SCHEMA_LOWEST || version > SCHEMA_HIGHEST)
        return "the schema's version is outside what this program knows: run ops/migrate";
#ifndef WG_FAULT_POINTS /* tests move our clock, not PostgreSQL's */
    int64_t skew = wg_clock_now() - wg_get_i64(result, 0, 3);
    if (skew > WG_SECOND || skew < -WG_SECOND)
        return "this clock and PostgreSQL's are more than a second apart";
#endif
    return NULL;
}
