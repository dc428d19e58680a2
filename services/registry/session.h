/* Log-in and what follows from it: sessions, passwords, second factors, the city's single sign-on.
 * docs/decisions/0016-log-in.md says why it is as it is. */
#pragma once

#include "common/http.h"

/* ---- routes: session.c */
wg_handler session_current, session_list, session_end_current, session_end;
/* session_login.c */
wg_handler session_login;
/* session_password.c */
wg_handler session_change_password, session_set_password;
/* session_totp.c */
wg_handler session_enrol_totp, session_confirm_totp, session_remove_totp;

/* session_oidc.c */
wg_handler session_oidc, session_oidc_callback;
/* session_identity.c */
wg_handler session_identity_make, session_identity_list, session_identity_remove;

struct registry;
/* Removes what is long over; a timer's callback. */
void session_tidy(void *registry);
