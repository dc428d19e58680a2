/* Passwords: what one may be (NIST 800-63B), and argon2id in a helper process, since one hash takes
 * 64 MiB and a twentieth of a second. Nothing here touches a loop or a database. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"

enum { PASSWORD_LEAST = 8, PASSWORD_MOST = 128, PASSWORD_BYTES = 4 * PASSWORD_MOST };

struct password_fault {
    const char *zh, *en;
};
/* What is wrong with it as the password of the person with this code; NULL where it will do. */
const struct password_fault *password_judge(const char *password, const char *code);

/* A one-time password: 12 characters that nobody confuses, about 59 bits. */
enum { PASSWORD_ONE_TIME_ROOM = 13 };
void password_draw(char ret_password[PASSWORD_ONE_TIME_ROOM]);

/* ---- the helper's work; a job is "v", hash, NUL, password, or "h", password */

enum { PASSWORD_RIGHT = 0, PASSWORD_WRONG = 1, PASSWORD_BROKEN = 2 };
int password_work(const char *bytes, size_t length, struct wg_text *ret_answer);
/* Appends the job; hash NULL: against one that no password opens, at the same cost. */
void password_verify_job(struct wg_text *job, const char *hash, const char *password);
void password_hash_job(struct wg_text *job, const char *password);
