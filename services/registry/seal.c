#include "services/registry/seal.h"

#include <sodium.h>

#include "common/json.h"

void seal_contact(const uint8_t key[WG_SECRET_BYTES], struct json_object *row)
{
    struct json_object *contact = wg_json_get(row, "contact");
    if (contact == NULL)
        return;
    size_t length, sealed_length;
    const char *text = json_object_to_json_string_length(contact, JSON_C_TO_STRING_PLAIN, &length);
    WG_AUTO(wg_free) uint8_t *sealed = wg_seal(key, text, length, &sealed_length);
    WG_AUTO(wg_free) char *hex = wg_new(2 * sealed_length + 1);
    sodium_bin2hex(hex, 2 * sealed_length + 1, sealed, sealed_length);
    json_object_object_add(row, "contact", json_object_new_string(hex));
}
