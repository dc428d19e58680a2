/* See compose.h. */
#include "services/notification/compose.h"

#include <json-c/json.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/crypto.h"
#include "common/json.h"

#include "services/notification/letter.h"

/* What was unsealed is wiped before it is freed. */
struct opened {
    char *bytes;
    size_t length;
};

static void wipe(struct opened *opened)
{
    if (opened->bytes != NULL)
        sodium_memzero(opened->bytes, opened->length);
    free(opened->bytes);
}

static const char *open_address(const struct compose *with, const struct store_letter *letter,
                                char ret_address[COMPOSE_ADDRESS_ROOM])
{
    if (letter->sealed == NULL)
        return "no contact, or no consent";
    WG_AUTO(wipe) struct opened opened = { 0 };
    if (wg_unseal(with->seal_secret, letter->sealed, letter->sealed_bytes, &opened.bytes,
                  &opened.length) != 0)
        return "seal does not open";
    struct wg_json_verdict verdict;
    WG_AUTO(wg_json_put)
    struct json_object *contact = wg_json_parse(opened.bytes, opened.length, &verdict);
    const char *address = contact == NULL ? NULL : wg_json_text(contact, "email");
    if (address == NULL)
        return "no address";
    if (!letter_address_valid(address))
        return "address is not valid";
    snprintf(ret_address, COMPOSE_ADDRESS_ROOM, "%s", address);
    return NULL;
}

/* The reporter follows the own report by number and code; staff go to the case. */
static void add_link(struct wg_text *link, const struct compose *with,
                     const struct store_letter *letter, const char *number)
{
    if (letter->to_reporter)
        wg_text_printf(link, "%s/api/v1/reports/%s", with->link, number);
    else
        wg_text_printf(link, "%s/api/v1/cases/%lld", with->link, (long long)letter->case_id);
}

/* Seconds and offset are for machines: 2026-11-23 08:00. */
static void write_due(int64_t due_at, char ret_due[32])
{
    ret_due[0] = '\0';
    if (due_at == 0)
        return;
    snprintf(ret_due, 32, "%.16s", wg_time_string(due_at));
    char *t = strchr(ret_due, 'T');
    if (t != NULL)
        *t = ' ';
}

static const char *or_code(const char *words, const char *code)
{
    return words != NULL ? words : code;
}

const char *compose_letter(const struct compose *with, const struct store_letter *letter,
                           struct wg_text *bytes, char ret_address[COMPOSE_ADDRESS_ROOM])
{
    const struct render_rule *rule = rules_find(with->rules, letter->rule);
    if (rule == NULL)
        return "unknown rule";
    const char *why = open_address(with, letter, ret_address);
    if (why != NULL)
        return why;
    WG_AUTO(wg_text_destroy) struct wg_text link = { 0 }, subject = { 0 }, body = { 0 };
    char number[WG_NUMBER_ROOM], due[32];
    wg_number_write(letter->report_id, letter->received_at, number);
    write_due(letter->due_at, due);
    add_link(&link, with, letter, number);
    struct render_values values = { 0 };
    for (size_t i = 0; i < RENDER_LANGUAGES; i++) {
        values.of[RENDER_NUMBER][i] = number;
        values.of[RENDER_TITLE][i] = letter->title;
        values.of[RENDER_AREA][i] = letter->area[i];
        values.of[RENDER_STATE][i] = or_code(letter->state_words[i], letter->state);
        values.of[RENDER_REASON][i] = letter->reason;
        values.of[RENDER_DUE][i] = due;
        values.of[RENDER_HOLDER][i] = letter->holder[i];
        values.of[RENDER_LINK][i] = link.bytes;
    }
    render_subject(&subject, rule, &values);
    render_body(&body, rule, &values);
    const struct letter out = { .id = letter->id,
                                .date = letter->created_at,
                                .from = with->from,
                                .to = ret_address,
                                .subject = subject.bytes,
                                .body = body.bytes };
    letter_write(bytes, &out);
    return NULL;
}
