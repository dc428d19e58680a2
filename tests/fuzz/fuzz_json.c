/* Any bytes as a JSON text. What the scanner lets pass, json-c reads; what json-c then writes, the
 * scanner lets pass and json-c reads as the same; every place that a fault names lies in the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    struct wg_json_verdict scanned = wg_json_scan(text, length), verdict;
    MUST(scanned.offset <= length);
    WG_AUTO(wg_json_put) struct json_object *object = wg_json_parse(text, length, &verdict);
    MUST(verdict.fault == scanned.fault && verdict.offset == scanned.offset);
    if (scanned.fault != WG_JSON_FINE) {
        MUST(object == NULL);
        return 0;
    }
    MUST(wg_utf8_valid(text, length));
    size_t written_length;
    const char *written =
        json_object_to_json_string_length(object, JSON_C_TO_STRING_PLAIN, &written_length);
    WG_AUTO(wg_json_put)
    struct json_object *again = wg_json_parse(written, written_length, &verdict);
    MUST(verdict.fault == WG_JSON_FINE || verdict.fault == WG_JSON_NUMBER);
    MUST(verdict.fault == WG_JSON_NUMBER || json_object_equal(object, again));
    return 0;
}
