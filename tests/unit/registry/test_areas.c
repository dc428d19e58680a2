/* Promise: an area's code, level, kind, period and addresses fit together before PostgreSQL sees
 * them; a place has a whole point or none. */
#include "tests/unit/registry/rows.h"
#include "tests/unit/test.h"

#define HEADER "code,layer,level,kind,parent,name,addresses,valid_from,valid_to,matters"

static const struct row_case area_rows[] = {
    { "a district", "410103,,district,,,x,,,,", "" },
    { "a street", "410103007,,street,,410103,x,,,,", "" },
    { "a community", "410103007012,,community,,410103007,x,,,,", "" },
    { "a grid", "410103007012003,,grid,,410103007012,x,,,,litter;drain", "" },
    { "a micro-grid", "41010300701200301,,micro,,410103007012003,x,,,,", "" },
    { "a grid that hangs under the street", "410103007000901,,grid,dedicated,410103007,x,,,,", "" },
    { "… and under the district", "410103000000901,,grid,,410103,x,,,,", "" },
    { "… but not filled with zeros", "410103007001901,,grid,,410103007,x,,,,", "code:code-parent" },
    { "full-width digits", "４１０１０３,,district,,,x,,,,", "" },
    { "a letter", "41010x,,district,,,x,,,,", "code:area-code" },
    { "too short", "41010,,district,,,x,,,,", "code:area-code" },
    { "of another level", "410103007,,district,,,x,,,,", "code:code-length" },
    { "not the parent's", "410104001,,street,,410103,x,,,,", "code:code-parent" },
    { "its own parent", "410103007,,street,,410103007,x,,,,", "code:code-parent" },
    { "no parent", "410103007,,street,,,x,,,,", "parent:parent-none" },
    { "no level", "410103,,,,,x,,,,", "level:required" },
    { "no such level", "410103,,city,,,x,,,,", "level:choice" },
    { "no name", "410103,,district,,,,,,,", "name:required" },
    { "an ordinary number, said to be dedicated",
      "410103007012003,,grid,dedicated,410103007012,x,,,,", "kind:code-number" },
    { "number 000", "410103007012000,,grid,,410103007012,x,,,,", "code:code-number" },
    { "number 800", "410103007012800,,grid,,410103007012,x,,,,", "code:code-number" },
    { "temporary by its number, without an end", "410103007012801,,grid,,410103007012,x,,,,",
      "valid_to:temporary-end" },
    { "temporary with its end",
      "410103007012899,,grid,temporary,410103007012,x,,,2030-01-01T00:00:00+08:00,", "" },
    { "a dedicated street", "410103007,,street,dedicated,410103,x,,,,", "kind:kind-level" },
    { "ends before it begins", "410103,,district,,,x,,2020-01-02T00:00:00Z,2020-01-01T00:00:00Z,",
      "valid_to:period" },
    { "a time without offset", "410103,,district,,,x,,2020-01-02T00:00:00,,", "valid_from:time" },
    { "another layer numbers as it likes", "4101030071,police,grid,,410103007,x,,,,", "" },
    { "all forms of addresses",
      "410103,,district,,,x,compound=康桥华城;building=3@康桥华城;road=大学北路 1-99;road=二道街 "
      "230;road=Main Road,,,",
      "" },
    { "a building without compound", "410103,,district,,,x,building=3,,,",
      "addresses:address-entry" },
    { "numbers the wrong way", "410103,,district,,,x,road=x 9-1,,,", "addresses:address-entry" },
    { "something else", "410103,,district,,,x,tree=7,,,", "addresses:address-entry" },
    { "all at once", "x,UPPER,far,odd,y,,z,a,b,",
      "code:area-code,layer:category-code,level:choice,kind:choice,parent:area-code,name:required,"
      "valid_from:time,valid_to:time,addresses:address-entry" },
};

static void test_area_rows(void **state)
{
    check_rows(&area_kind, HEADER, area_rows, WG_COUNT(area_rows));
}

static void test_area_defaults(void **state)
{
    WG_AUTO(wg_json_put)
    struct json_object *row = row_of(
        &area_kind, HEADER, "410103007012901,,grid,,410103007012,超市,road=大学北路 1-99,,,");
    assert_string_equal(wg_json_text(row, "layer"), "grid");
    assert_string_equal(wg_json_text(row, "kind"), "dedicated");
    assert_string_equal(wg_json_text(row, "name_en"), "超市");
    struct json_object *address = json_object_array_get_idx(wg_json_get(row, "addresses"), 0);
    assert_string_equal(wg_json_text(address, "road"), "大学北路");
    assert_int_equal(wg_json_int(address, "from"), 1);
    assert_int_equal(wg_json_int(address, "to"), 99);
    assert_int_equal(json_object_array_length(wg_json_get(row, "matters")), 0);
}

static const struct row_case place_rows[] = {
    { "with a point", "a-1,x,shop,410103,34.7,113.6", "" },
    { "without", "a-1,x,shop,410103,,", "" },
    { "half a point", "a-1,x,shop,410103,34.7,", "lon:point-pair" },
    { "off the earth", "a-1,x,shop,410103,91,200", "lat:degrees,lon:degrees" },
    { "no number", "a-1,x,shop,410103,NaN,1e400", "lat:degrees,lon:degrees" },
    { "no area", "a-1,x,shop,,,", "area:required" },
};

static void test_place_rows(void **state)
{
    check_rows(&place_kind, "code,name,kind,area,lat,lon", place_rows, WG_COUNT(place_rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_area_rows),
                                        cmocka_unit_test(test_area_defaults),
                                        cmocka_unit_test(test_place_rows) };
    return cmocka_run_group_tests_name("areas", tests, NULL, NULL);
}
