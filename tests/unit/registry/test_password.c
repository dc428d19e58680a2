/* Promise: a password has 8 to 128 characters and is none of the commonest (NIST 800-63B); a helper
 * opens a hash with the right one alone, and whoever is not there is judged at the same cost. */
#include <string.h>

#include "services/registry/password.h"
#include "tests/unit/test.h"

static void test_judge(void **state)
{
    static const struct {
        const char *name, *password;
        bool fine;
    } rows[] = {
        { "eight", "kx8!mvq2", true },
        { "seven", "kx8!mvq", false },
        { "eight characters of three bytes", "长长的口令八个字", true },
        { "seven of them", "长长的口令七个", false },
        { "none", "", false },
        { "among the commonest", "password", false },
        { "in capitals", "PassWord123", false },
        { "digits in a row", "1234567890", false },
        { "one character", "zzzzzzzzzz", false },
        { "one of three bytes", "网网网网网网网网", false },
        { "the code", "410103007012003-leader", false },
        { "the code in capitals", "410103007012003-LEADER", false },
        { "the code and more", "410103007012003-leader!", true },
        { "spaces between", "four words with spaces", true },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        ROW(rows[i].name,
            (password_judge(rows[i].password, "410103007012003-leader") == NULL) == rows[i].fine);
    char longest[130];
    memset(longest, 'a', sizeof longest);
    longest[0] = 'b';
    longest[128] = '\0';
    assert_null(password_judge(longest, ""));
    longest[128] = 'a';
    longest[129] = '\0';
    assert_non_null(password_judge(longest, ""));
}

static void test_draw(void **state)
{
    char one[PASSWORD_ONE_TIME_ROOM], other[PASSWORD_ONE_TIME_ROOM];
    password_draw(one);
    password_draw(other);
    assert_int_equal(strspn(one, "abcdefghjkmnpqrstuvwxyz23456789"), PASSWORD_ONE_TIME_ROOM - 1);
    assert_string_not_equal(one, other);
    assert_null(password_judge(one, "410103-leader"));
}

static int verify(const char *hash, const char *password)
{
    WG_AUTO(wg_text_destroy) struct wg_text job = { 0 }, answer = { 0 };
    password_verify_job(&job, hash, password);
    int status = password_work(job.bytes, job.length, &answer);
    assert_int_equal(answer.length, 0);
    return status;
}

static void test_work(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text job = { 0 }, hash = { 0 }, nothing = { 0 };
    password_hash_job(&job, "长长的口令八个字");
    assert_int_equal(password_work(job.bytes, job.length, &hash), PASSWORD_RIGHT);
    assert_int_equal(strncmp(hash.bytes, "$argon2id$v=19$m=65536,t=2,p=1$", 31), 0);
    assert_int_equal(verify(hash.bytes, "长长的口令八个字"), PASSWORD_RIGHT);
    assert_int_equal(verify(hash.bytes, "长长的口令八个子"), PASSWORD_WRONG);
    assert_int_equal(verify(hash.bytes, ""), PASSWORD_WRONG);
    assert_int_equal(verify(NULL, "长长的口令八个字"), PASSWORD_WRONG);
    assert_int_equal(verify("no hash", "x"), PASSWORD_WRONG);
    assert_int_equal(password_work("", 0, &nothing), PASSWORD_BROKEN);
    assert_int_equal(password_work("vno end", 7, &nothing), PASSWORD_BROKEN);
    assert_int_equal(password_work("x", 1, &nothing), PASSWORD_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_draw),
        cmocka_unit_test(test_work),
    };
    return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
