/* What a connection must show before it is trusted with a commit: no standby, no lazy settings, a
 * schema that this program knows, a clock that agrees with ours. */
#pragma once

#include <libpq-fe.h>

/* One row of four columns, in binary. */
extern const char wg_db_check_sql[];

/* NULL when all is well, else why not. */
const char *wg_db_judge(const PGresult *result);
