#include "services/registry/routes.h"

#include "services/registry/change.h"
#include "services/registry/keys.h"
#include "services/registry/leave.h"
#include "services/registry/link.h"
#include "services/registry/lists.h"
#include "services/registry/receive.h"
#include "services/registry/reveal.h"
#include "services/registry/session.h"
#include "services/registry/training.h"

const struct wg_route registry_routes[] = {
    { "GET", "/api/v1/areas", WG_OPEN, list_areas },
    { "GET", "/api/v1/areas/{code}", WG_OPEN, get_area },
    { "GET", "/api/v1/categories", WG_OPEN, list_categories },
    { "GET", "/api/v1/places", WG_OPEN, list_places },
    { "GET", "/api/v1/staff", 0, list_staff },
    { "GET", "/api/v1/staff/{code}", 0, get_staff },
    { "GET", "/api/v1/duty", 0, list_duty },
    { "GET", "/api/v1/parties", 0, list_parties },
    { "GET", "/api/v1/calendars", 0, list_calendars },
    { "GET", "/api/v1/competence", 0, list_competence },
    { "POST", "/api/v1/areas", 0, change_handle },
    { "PATCH", "/api/v1/areas/{code}", 0, change_handle },
    { "DELETE", "/api/v1/areas/{code}", 0, change_handle },
    { "POST", "/api/v1/categories", 0, change_handle },
    { "PATCH", "/api/v1/categories/{code}", 0, change_handle },
    { "DELETE", "/api/v1/categories/{code}", 0, change_handle },
    { "POST", "/api/v1/places", 0, change_handle },
    { "PATCH", "/api/v1/places/{code}", 0, change_handle },
    { "DELETE", "/api/v1/places/{code}", 0, change_handle },
    { "POST", "/api/v1/staff", 0, change_handle },
    { "PATCH", "/api/v1/staff/{code}", 0, change_handle },
    { "POST", "/api/v1/staff/{code}/posts", 0, change_handle },
    { "DELETE", "/api/v1/staff/{code}/posts/{entry}", 0, change_handle },
    { "POST", "/api/v1/staff/{code}/leave-office", 0, change_handle },
    { "POST", "/api/v1/duty/leave", 0, leave_take },
    { "DELETE", "/api/v1/duty/leave", 0, leave_end },
    { "POST", "/api/v1/duty", 0, change_handle },
    { "PATCH", "/api/v1/duty/{code}", 0, change_handle },
    { "DELETE", "/api/v1/duty/{code}", 0, change_handle },
    { "POST", "/api/v1/parties", 0, change_handle },
    { "PATCH", "/api/v1/parties/{code}", 0, change_handle },
    { "DELETE", "/api/v1/parties/{code}", 0, change_handle },
    { "PUT", "/api/v1/calendars/{code}", 0, change_handle },
    { "POST", "/api/v1/competence", 0, change_handle },
    { "DELETE", "/api/v1/competence/{code}", 0, change_handle },
    { "GET", "/api/v1/keys", 0, list_keys },
    { "POST", "/api/v1/keys", 0, keys_make },
    { "DELETE", "/api/v1/keys/{id}", 0, keys_revoke },
    { "GET", "/api/v1/reports/{number}/reporter", 0, reveal_show },
    { "POST", "/api/v1/reports/{number}/reveal", 0, reveal_open },
    { "GET", "/api/v1/audit", 0, list_audit },
    { "POST", "/api/v1/sessions", WG_OPEN, session_login },
    { "GET", "/api/v1/sessions", WG_EARLY, session_list },
    { "GET", "/api/v1/sessions/current", WG_EARLY, session_current },
    { "DELETE", "/api/v1/sessions/current", WG_EARLY, session_end_current },
    { "PUT", "/api/v1/sessions/current/password", WG_EARLY, session_change_password },
    { "POST", "/api/v1/sessions/current/totp", WG_EARLY, session_enrol_totp },
    { "PUT", "/api/v1/sessions/current/totp", WG_EARLY, session_confirm_totp },
    { "DELETE", "/api/v1/sessions/{id}", WG_EARLY, session_end },
    { "GET", "/api/v1/sessions/oidc", WG_OPEN, session_oidc },
    { "GET", "/api/v1/sessions/oidc/callback", WG_OPEN, session_oidc_callback },
    { "GET", "/api/v1/staff/{code}/identities", 0, session_identity_list },
    { "POST", "/api/v1/staff/{code}/identities", 0, session_identity_make },
    { "DELETE", "/api/v1/staff/{code}/identities/{id}", 0, session_identity_remove },
    { "POST", "/api/v1/training/wipe", 0, training_wipe },
    { "POST", "/api/v1/links", 0, link_make },
    { "GET", "/api/v1/links", 0, link_list },
    { "GET", "/api/v1/links/current", WG_LINK, link_current },
    { "DELETE", "/api/v1/links/{id}", 0, link_revoke },
    { "POST", "/api/v1/staff/{code}/password", 0, session_set_password },
    { "DELETE", "/api/v1/staff/{code}/totp", 0, session_remove_totp },
    { "GET", "/api/v1/imports/{kind}/template", 0, receive_template },
    { "POST", "/api/v1/imports/{kind}", WG_STREAM, receive_post },
};
const size_t registry_routes_n = WG_COUNT(registry_routes);
