/* Promise: posts are known and name an area; addresses leave the row but for "contact", which the
 * import seals. */
#include "tests/unit/registry/rows.h"
#include "tests/unit/test.h"

#define HEADER "code,name,tags,email,phone,posts"

static const struct row_case rows[] = {
    { "whole",
      "410103007012003-leader,网格长,五老;楼院长,a@b.example,+86 "
      "371-1234,leader@410103007012003;worker@410103",
      "" },
    { "bare", "a,x,,,,", "" },
    { "no code", ",x,,,,", "code:required" },
    { "a code with a space", "a b,x,,,,", "code:code" },
    { "no such post", "a,x,,,,boss@410103", "posts:post" },
    { "a post without area", "a,x,,,,leader", "posts:post-entry" },
    { "no area's code", "a,x,,,,leader@x", "posts:post-entry" },
    { "a post twice", "a,x,,,,leader@410103;leader@410103", "posts:list-twice" },
    { "nine posts",
      "a,x,,,,leader@410101;leader@410102;leader@410103;leader@410104;leader@410105;leader@410106;"
      "leader@410107;leader@410108;leader@410109",
      "posts:list-long" },
    { "mail without host", "a,x,,a@b,,", "email:email" },
    { "two mails", "a,x,,a@b.c a@b.d,,", "email:email" },
    { "a spreadsheet's phone", "a,x,,,1.38E+10,", "phone:number-float" },
    { "a float with all digits", "a,x,,,1.3812345678E+10,", "" },
    { "two people in one cell", "a,张三/李四,,,,", "name:two-people" },
    { "two numbers in one cell", "a,x,,,13812345678/13912345678,", "phone:two-numbers" },
    { "two people in one cell, cut off", "a,\"张三\n李四\",,,,", "name:control" },
};

static void test_rows(void **state)
{
    check_rows(&staff_kind, HEADER, rows, WG_COUNT(rows));
}

static void test_contact(void **state)
{
    WG_AUTO(wg_json_put)
    struct json_object *row = row_of(&staff_kind, HEADER, "a,x,,a@b.example,123,leader@410103");
    WG_AUTO(wg_json_put) struct json_object *bare = row_of(&staff_kind, HEADER, "a,x,,,123,");
    assert_null(wg_json_get(row, "email"));
    assert_null(wg_json_get(row, "phone"));
    assert_string_equal(wg_json_text(wg_json_get(row, "contact"), "email"), "a@b.example");
    assert_true(json_object_get_boolean(wg_json_get(row, "has_email")));
    assert_false(json_object_get_boolean(wg_json_get(bare, "has_email")));
    struct json_object *post = json_object_array_get_idx(wg_json_get(row, "posts"), 0);
    assert_string_equal(wg_json_text(post, "post"), "leader");
    assert_string_equal(wg_json_text(post, "area"), "410103");
}

static const struct row_case parties[] = {
    { "whole", "p,x,police,410103,a@b.example,110", "" },
    { "no such kind", "p,x,circus,,,", "kind:choice" },
};

static void test_parties(void **state)
{
    check_rows(&party_kind, "code,name,kind,area,email,phone", parties, WG_COUNT(parties));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_contact),
                                        cmocka_unit_test(test_parties) };
    return cmocka_run_group_tests_name("staff", tests, NULL, NULL);
}
