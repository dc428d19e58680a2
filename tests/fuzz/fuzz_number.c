/* What people type as a number or a query code. A number that is read is written again in one
 * spelling, which reads as the same; anything else is refused. The first eight bytes stand for an
 * id besides. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"

#include "tests/fuzz/fuzz.h"

static void check_id(int64_t id)
{
    static const uint8_t key[WG_SECRET_BYTES] = { 7 };
    char number[WG_NUMBER_ROOM], code[WG_CODE_ROOM], date[7];
    int64_t back;
    wg_number_write(id, id % INT64_C(7000000000000000), number);
    MUST(wg_number_read(number, &back, date) == 0 && back == id);
    wg_code_write(key, id, code);
    MUST(strlen(code) == WG_CODE_ROOM - 1 && wg_code_right(key, id, code));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const uint8_t key[WG_SECRET_BYTES] = { 7 };
    int64_t id;
    char date[7];
    WG_AUTO(wg_free) char *text = wg_strndup((const char *)bytes, length);
    wg_crypto_start();
    if (wg_number_read(text, &id, date) == 0) {
        MUST(id > 0 && strspn(date, "0123456789") == 6);
        char plain[WG_NUMBER_ROOM * 2];
        int64_t again;
        char again_date[7];
        /* Its own spelling, with each check digit: exactly one is right. */
        int right = 0;
        for (int check = 0; check < 10; check++) {
            snprintf(plain, sizeof plain, "%s-%lld-%d", date, (long long)id, check);
            right += wg_number_read(plain, &again, again_date) == 0 && again == id;
        }
        MUST(right == 1);
    }
    wg_code_right(key, 1, text);
    if (length >= sizeof id) {
        memcpy(&id, bytes, sizeof id);
        if (id > 0)
            check_id(id);
    }
    return 0;
}
