/* Promise (docs/architecture.md, security): what a caller may read and do follows from posts and
 * areas alone; and the ranges that lists are cut by say exactly what wg_may_read says of each code.
 */
#include <string.h>

#include "common/access.h"

#include "tests/unit/test.h"

static const struct wg_caller nobody = { 0 };
static const struct wg_caller administrator = { .key_id = 1, .administrator = true };
static const struct wg_caller everywhere = { .key_id = 2, .system = "hotline" };
static const struct wg_caller somewhere = { .key_id = 3, .system = "police", .area = "410103007" };
static const struct wg_caller leader = {
    .key_id = 4,
    .staff_id = 40,
    .n_posts = 1,
    .posts = { { .post = "leader", .area = "410103007012003", .level = "grid" } },
};
static const struct wg_caller two_posts = {
    .key_id = 5,
    .staff_id = 50,
    .n_posts = 2,
    .posts = { { .post = "dispatcher", .area = "410103007012", .level = "community" },
               { .post = "worker", .area = "410103999999999", .level = "grid" } },
};
static const struct wg_caller handler = {
    .key_id = 7,
    .staff_id = 70,
    .n_posts = 2,
    .posts = { { .post = "handler", .area = "410103007", .level = "street" },
               { .post = "micro-member", .area = "41010300701200301", .level = "micro" } },
};
static const struct wg_caller no_post = { .key_id = 6, .staff_id = 60 };

static const char *const codes[] = {
    "410103",
    "410104",
    "410103007",
    "410103008",
    "410103007012",
    "410103007013",
    "410103007012002",
    "410103007012003",
    "41010300701200301",
    "410103007012004",
    "410103999999999",
    "4101039999999991",
    "41010",
    "",
};

static const struct {
    const char *name;
    const struct wg_caller *caller;
    const char *reads; /* a letter for each code */
} rows[] = {
    { "nobody", &nobody, "--------------" },
    { "administrator", &administrator, "rrrrrrrrrrrrrr" },
    { "a system of the whole city", &everywhere, "rrrrrrrrrrrrrr" },
    { "a system of a street", &somewhere, "--r-rrrrrr----" },
    { "a grid leader", &leader, "-------rr-----" },
    { "two posts", &two_posts, "----r-rrrrrr--" },
    { "a handler of a party, who is a micro-grid member too", &handler, "--------r-----" },
    { "staff without a post", &no_post, "--------------" },
};

static bool in_ranges(const struct wg_caller *caller, const char *code)
{
    struct wg_range ranges[8];
    size_t n = wg_readable(caller, ranges);
    for (size_t i = 0; i < n; i++)
        if (strcmp(code, ranges[i].low) >= 0 && strcmp(code, ranges[i].high) < 0)
            return true;
    return false;
}

static void test_reading(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        for (size_t c = 0; c < WG_COUNT(codes); c++) {
            char name[80];
            bool want = rows[i].reads[c] == 'r';
            snprintf(name, sizeof name, "%s, %s", rows[i].name, codes[c]);
            ROW(name, wg_may_read(rows[i].caller, codes[c]) == want);
            ROW(name, in_ranges(rows[i].caller, codes[c]) == want);
        }
}

static void test_ranges(void **state)
{
    struct wg_range ranges[8];
    struct wg_caller many = { .staff_id = 7, .n_posts = 8 };
    for (size_t i = 0; i < 8; i++)
        snprintf(many.posts[i].area, sizeof many.posts[i].area, "41010300701200%zu", i + 1);
    assert_int_equal(wg_readable(&many, ranges), 8);
    assert_string_equal(ranges[7].low, "410103007012008");
    assert_string_equal(ranges[7].high, "410103007012009");
    assert_int_equal(wg_readable(&nobody, ranges), 0);
    assert_int_equal(wg_readable(&administrator, ranges), 1);
}

static void test_posts(void **state)
{
    static const struct {
        const char *name;
        const struct wg_caller *caller;
        const char *post, *area;
        bool want;
    } posts[] = {
        { "in its own area", &two_posts, "dispatcher", "410103007012", true },
        { "below it", &two_posts, "dispatcher", "41010300701200301", true },
        { "above it", &two_posts, "dispatcher", "410103007", false },
        { "beside it", &two_posts, "dispatcher", "410103007013", false },
        { "another post", &two_posts, "secretary", "410103007012", false },
        { "the other post's area", &two_posts, "dispatcher", "410103999999999", false },
        { "a part of the word", &two_posts, "dispatch", "410103007012", false },
        { "the second post", &two_posts, "worker", "410103999999999", true },
        { "a system has none", &everywhere, "dispatcher", "410103007012", false },
        { "an administrator has none", &administrator, "dispatcher", "410103007012", false },
        { "nobody has none", &nobody, "dispatcher", "410103007012", false },
    };
    for (size_t i = 0; i < WG_COUNT(posts); i++)
        ROW(posts[i].name,
            wg_has_post(posts[i].caller, posts[i].post, posts[i].area) == posts[i].want);
}

/* A link confines to one case or one task of it; everybody else is judged by their posts. */
static void test_links(void **state)
{
    static const struct wg_caller to_case = { .link_id = 8, .staff_id = 80, .link = { 1001, 0 } };
    static const struct wg_caller to_task = { .link_id = 9, .staff_id = 80, .link = { 1001, 2 } };
    static const struct {
        const char *name;
        const struct wg_caller *caller;
        int64_t case_id;
        int task;
        bool want;
    } touches[] = {
        { "its case", &to_case, 1001, 0, true },
        { "a task of its case", &to_case, 1001, 2, false },
        { "another case", &to_case, 1002, 0, false },
        { "its task", &to_task, 1001, 2, true },
        { "another task", &to_task, 1001, 1, false },
        { "the case of its task", &to_task, 1001, 0, false },
        { "the same task of another case", &to_task, 1002, 2, false },
        { "no case", &to_case, 0, 0, false },
        { "no link confines a leader", &leader, 1001, 2, true },
        { "nor an administrator", &administrator, 1001, 0, true },
    };
    for (size_t i = 0; i < WG_COUNT(touches); i++)
        ROW(touches[i].name, wg_may_touch(touches[i].caller, touches[i].case_id, touches[i].task) ==
                                 touches[i].want);
    for (size_t c = 0; c < WG_COUNT(codes); c++)
        ROW(codes[c], !wg_may_read(&to_case, codes[c]) && !in_ranges(&to_case, codes[c]));
    assert_false(wg_has_post(&to_case, "leader", "410103007012003"));
}

static void test_names(void **state)
{
    static const struct wg_caller desk = { .session_id = 3, .staff_id = 40 };
    static const struct wg_caller link = { .link_id = 8, .staff_id = 40 };
    static const struct {
        const struct wg_caller *caller;
        const char *name;
    } names[] = {
        { &nobody, "nobody" }, { &leader, "key:4" }, { &desk, "staff:40" }, { &link, "link:8" }
    };
    for (size_t i = 0; i < WG_COUNT(names); i++) {
        char name[WG_CALLER_ROOM];
        wg_caller_name(names[i].caller, name);
        assert_string_equal(name, names[i].name);
        assert_int_equal(wg_known(names[i].caller), i > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading), cmocka_unit_test(test_ranges), cmocka_unit_test(test_posts),
        cmocka_unit_test(test_links),   cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
