/* Rows of the database as what triage knows of the city. */
#pragma once

#include "common/db.h"

#include "services/triage/city.h"

/* Columns of read_areas.sql but the border; its matters and calendar are the caller's. */
struct city_area city_row_area(const PGresult *rows, int row);
/* Columns of read_categories.sql. */
struct city_category city_row_category(const PGresult *rows, int row);
/* Columns of read_parties.sql. */
struct city_party city_row_party(const PGresult *rows, int row);
/* Columns of read_posts.sql. */
struct city_post city_row_post(const PGresult *rows, int row);
/* Columns of read_duties.sql but the first. */
struct city_duty city_row_duty(const PGresult *rows, int row);
/* All rows of read_heirs.sql, in place of those before; the version moves where they differ. */
void city_rows_heirs(struct city_heirs *heirs, const PGresult *rows);
/* Columns of read_calendars.sql, one row; CITY_ROW_BAD: ret_fault says why it is not taken. */
enum { CITY_ROW_BAD = 1 };
int city_row_calendar(struct calendars *calendars, const PGresult *rows, char *ret_fault,
                      size_t fault_size) WG_MUST_USE;
