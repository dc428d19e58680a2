#include "services/registry/password.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

/* What lists of stolen passwords begin with; shorter ones are refused for their length. */
static const char *const commonest[] = {
    "12345678",   "123456789",  "1234567890", "12345678910", "87654321",      "987654321",
    "11223344",   "12341234",   "123123123",  "123321123",   "112233445566",  "147258369",
    "159357456",  "123654789",  "password",   "password1",   "password12",    "password123",
    "passw0rd",   "p@ssw0rd",   "p@ssword",   "iloveyou",    "iloveyou1",     "sunshine",
    "princess",   "football",   "baseball",   "superman",    "qwertyui",      "qwertyuiop",
    "qwerty123",  "1q2w3e4r",   "1q2w3e4r5t", "1qaz2wsx",    "qazwsxedc",     "zaq12wsx",
    "asdfghjkl",  "zxcvbnm1",   "zxcvbnm123", "abcd1234",    "abc12345",      "a1234567",
    "a12345678",  "a123456789", "aa123456",   "aa12345678",  "qq123456",      "woaini1314",
    "woaini520",  "5201314520", "admin123",   "admin1234",   "administrator", "welcome1",
    "welcome123", "changeme",   "letmein1",   "trustno1",    "computer",      "internet",
    "zhengzhou",  "wangge123",  "wangge1234", "88888888",    "66666666",      "00000000",
};

static bool one_character(const char *password)
{
    size_t first = wg_utf8_prefix(password, strlen(password), 1);
    for (const char *at = password; *at != '\0'; at += first)
        if (strncmp(at, password, first) != 0)
            return false;
    return true;
}

const struct password_fault *password_judge(const char *password, const char *code)
{
    static const struct password_fault length = { "密码应为 8 至 128 个字符",
                                                  "must have 8 to 128 characters" },
                                       common = { "密码过于常见", "is one of the commonest" },
                                       own = { "密码不能是人员编码", "must not be the staff code" };
    size_t characters = wg_utf8_count(password, strlen(password));
    if (characters < PASSWORD_LEAST || characters > PASSWORD_MOST)
        return &length;
    if (strcasecmp(password, code) == 0)
        return &own;
    for (size_t i = 0; i < WG_COUNT(commonest); i++)
        if (strcasecmp(password, commonest[i]) == 0)
            return &common;
    return one_character(password) ? &common : NULL;
}

void password_draw(char ret_password[PASSWORD_ONE_TIME_ROOM])
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    for (size_t i = 0; i + 1 < PASSWORD_ONE_TIME_ROOM; i++)
        ret_password[i] = letters[randombytes_uniform(sizeof letters - 1)];
    ret_password[PASSWORD_ONE_TIME_ROOM - 1] = '\0';
}

/* ---- the helper's side */

/* Made of random bytes: whoever is not there costs what a wrong password costs. */
static const char nobodys[] =
    "$argon2id$v=19$m=65536,t=2,p=1$B5Pc6jD5oMb2t7dz53EZfQ$jyAeVA8u3RCtIPHtWzyknuO8H7YA+"
    "yXgdvBX+2bJzr4";

void password_verify_job(struct wg_text *job, const char *hash, const char *password)
{
    const char *text = hash == NULL ? nobodys : hash;
    wg_text_add(job, "v", 1);
    wg_text_add(job, text, strlen(text) + 1);
    wg_text_put(job, password);
}

void password_hash_job(struct wg_text *job, const char *password)
{
    wg_text_add(job, "h", 1);
    wg_text_put(job, password);
}

static int hash(const char *password, size_t length, struct wg_text *ret_answer)
{
    char text[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(text, password, length, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return PASSWORD_BROKEN;
    wg_text_put(ret_answer, text);
    return PASSWORD_RIGHT;
}

int password_work(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    if (sodium_init() < 0 || length < 1)
        return PASSWORD_BROKEN;
    if (bytes[0] == 'h')
        return hash(bytes + 1, length - 1, ret_answer);
    const char *end = memchr(bytes, '\0', length);
    if (bytes[0] != 'v' || end == NULL)
        return PASSWORD_BROKEN;
    const char *password = end + 1;
    return crypto_pwhash_str_verify(bytes + 1, password, length - (size_t)(password - bytes)) == 0
               ? PASSWORD_RIGHT
               : PASSWORD_WRONG;
}
