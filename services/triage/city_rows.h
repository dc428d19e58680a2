/* Rows of the database as what triage knows of the city. */
#pragma once

#include "common/db.h"

#include "services/triage/city.h"

/* Columns of read_areas.sql but the border; its matters are the caller's. */
struct city_area city_row_area(const PGresult *rows, int row);
/* Columns of read_categories.sql. */
struct city_category city_row_category(const PGresult *rows, int row);
/* Columns of read_parties.sql. */
struct city_party city_row_party(const PGresult *rows, int row);
