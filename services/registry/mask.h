/* A reporter's name and number as staff see them before anybody asks for more. Pure. */
#pragma once

#include "common/text.h"

/* Append to `out`: 张** · 138****0000 · z***@example.net */
void mask_name(const char *name, struct wg_text *out);
void mask_phone(const char *phone, struct wg_text *out);
void mask_email(const char *email, struct wg_text *out);
