/* Contacts, sealed before anything else of the house sees them. */
#pragma once

#include <json-c/json.h>

#include "common/crypto.h"

/* Puts the sealed contact, in hex, in the place of the open one, where the row has one. */
void seal_contact(const uint8_t key[WG_SECRET_BYTES], struct json_object *row);
