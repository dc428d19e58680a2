#include "services/registry/mask.h"

#include <string.h>

enum { LONG_PHONE = 11, SHORT_PHONE = 7 };

void mask_name(const char *name, struct wg_text *out)
{
    wg_text_add(out, name, wg_utf8_prefix(name, strlen(name), 1));
    wg_text_put(out, "**");
}

/* The first three and the last four of a mobile number; of a shorter one less; of a short one
 * nothing. */
void mask_phone(const char *phone, struct wg_text *out)
{
    size_t length = strlen(phone);
    size_t tail = length >= LONG_PHONE ? 4 : 2;
    if (length < SHORT_PHONE) {
        wg_text_put(out, "****");
        return;
    }
    wg_text_add(out, phone, 3);
    wg_text_put(out, "****");
    wg_text_put(out, phone + length - tail);
}

void mask_email(const char *email, struct wg_text *out)
{
    const char *sign = strchr(email, '@');
    wg_text_add(out, email, wg_utf8_prefix(email, strlen(email), 1));
    wg_text_put(out, "***");
    wg_text_put(out, sign == NULL ? "" : sign);
}
