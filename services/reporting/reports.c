/* GET /api/v1/reports/{number}: what became of a report, in plain words. For whoever knows its
 * query code, and for staff within their areas, who also learn its case. Neither other reporters
 * nor staff are named. A wrong code and an unknown number answer alike, and the code is judged
 * before anything is read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/query_code.h"
#include "common/text.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/matter.h"
#include "services/reporting/posts.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/usual.h"
#include "services/reporting/words.h"

enum { REPORT_RESULT, STEPS_RESULT, USUAL_RESULT };
struct view {
    struct ask ask;
    int64_t id;
    char date[7];
    bool staff;
};

/* ---- the steps that people see */

struct steps {
    const struct view *view;
    int64_t workflow, received;
    bool restricted;
    struct json_object *items;
    char last[200];      /* words of the last step */
    char question[2100]; /* what the last step told them */
};

/* Of a restricted matter only its end is named while others may look over their shoulder. */
static const char *said_of(const struct view *view, bool restricted, int64_t workflow,
                           const char *state)
{
    const struct words *words = view->ask.app->words;
    if (restricted && !words_final(words, state))
        return view->ask.english ? "Being dealt with by the rules" : "正在按规定办理";
    return words_resident(words, workflow, state, view->ask.english);
}

/* told: what was written for them with the action, or NULL. A state is said once, unless they were
 * told something with it. */
static void add_step(struct steps *steps, const char *type, const char *state, int64_t at,
                     const char *told)
{
    bool english = steps->view->ask.english;
    const char *said = said_of(steps->view, steps->restricted, steps->workflow, state);
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    if (steps->restricted && !words_final(steps->view->ask.app->words, state))
        told = NULL;
    if (strcmp(steps->last, said) == 0 && told == NULL)
        return;
    snprintf(steps->last, sizeof steps->last, "%s", said);
    wg_copy(steps->question, sizeof steps->question, told);
    wg_text_put(&text, said);
    if (told != NULL) {
        wg_text_put(&text, english ? ": " : "：");
        wg_text_put(&text, told);
    }
    struct json_object *item = json_object_new_object();
    answer_text(item, "at", wg_time_string(at > steps->received ? at : steps->received));
    answer_text(item, "type", type);
    answer_text(item, "state", state);
    answer_text(item, "text", text.bytes);
    json_object_array_add(steps->items, item);
}

/* What was chosen and written with an action of which they are told; nothing for all others. */
static void put_told(struct wg_text *told, const struct steps *steps, const char *type,
                     const char *input)
{
    const struct words *words = steps->view->ask.app->words;
    bool english = steps->view->ask.english;
    if (input == NULL || !words_told(words, steps->workflow, type))
        return;
    WG_AUTO(wg_json_put) struct json_object *given = json_tokener_parse(input);
    if (!json_object_is_type(given, json_type_object))
        return;
    json_object_object_foreach(given, field, value)
    {
        const struct words_chosen chosen = { field, json_object_get_string(value) };
        const char *name = chosen.value == NULL
                               ? NULL
                               : words_choice(words, steps->workflow, type, &chosen, english);
        if (name == NULL && words_free_text(words, steps->workflow, type, field))
            name = chosen.value;
        if (name != NULL && told->length > 0)
            wg_text_put(told, english ? "; " : "；");
        if (name != NULL)
            wg_text_put(told, name);
    }
}

/* One event can go through several states: its data name those that it passed. */
static void add_event(struct steps *steps, const PGresult *rows, int row)
{
    const char *type = wg_get_text(rows, row, STEP_TYPE),
               *text = wg_get_text(rows, row, STEP_PASSED);
    int64_t at = wg_get_time(rows, row, STEP_AT);
    bool deciding = wg_get_bool(rows, row, STEP_DECIDING);
    WG_AUTO(wg_text_destroy) struct wg_text told = { 0 };
    steps->workflow = wg_get_i64(rows, row, STEP_WORKFLOW);
    WG_AUTO(wg_json_put)
    struct json_object *passed = text == NULL ? NULL : json_tokener_parse(text);
    size_t n = json_object_is_type(passed, json_type_array) ? json_object_array_length(passed) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *state = json_object_array_get_idx(passed, i);
        if (json_object_is_type(state, json_type_string))
            add_step(steps, type, json_object_get_string(state), at, NULL);
    }
    put_told(&told, steps, type, wg_get_text(rows, row, STEP_INPUT));
    if (deciding || told.bytes != NULL)
        add_step(steps, type, wg_get_text(rows, row, STEP_STATE), at, told.bytes);
}

/* ---- the answer */

static void add_place_and_matter(struct json_object *body, const PGresult *rows)
{
    answer_named(body, "category", rows, 0, REPORT_CATEGORY);
    answer_named(body, "area", rows, 0, REPORT_AREA);
    answer_time(body, "due_at", rows, 0, REPORT_DUE);
}

/* Who looked at the reporter's name or number, and why: for the reporter alone. */
static void add_looks(struct json_object *body, const PGresult *rows, bool english)
{
    const char *text = wg_get_text(rows, 0, REPORT_LOOKS);
    struct json_object *looks = text == NULL ? json_object_new_array() : json_tokener_parse(text);
    for (size_t i = 0; i < json_object_array_length(looks); i++) {
        struct json_object *look = json_object_array_get_idx(looks, i);
        answer_text(look, "at", wg_time_string(wg_json_int(look, "at")));
        answer_text(look, "post_text", posts_text(wg_json_text(look, "post"), english));
    }
    json_object_object_add(body, "looks", looks);
    answer_time(body, "forgotten_at", rows, 0, REPORT_FORGOTTEN);
}

static void add_case(struct json_object *body, const PGresult *rows, int64_t received)
{
    int64_t id = wg_get_i64(rows, 0, REPORT_CASE);
    struct json_object *about = json_object_new_object();
    answer_id(about, "id", id);
    json_object_object_add(about, "links", answer_case_links(id, received));
    json_object_object_add(body, "case", about);
}

/* Received first; then what happened since. A report that joined a case sees where the case stood
 * when it came, not what had happened to others before. */
static void history(struct steps *steps, const PGresult *past)
{
    const char *initial = words_initial(steps->view->ask.app->words, steps->workflow);
    int64_t received = steps->received;
    if (initial != NULL)
        add_step(steps, "report.received", initial, received, NULL);
    for (int row = 0; row < PQntuples(past); row++) {
        bool before = row + 1 < PQntuples(past) && wg_get_time(past, row + 1, STEP_AT) < received;
        if (!before)
            add_event(steps, past, row);
    }
}

/* ---- what happens next */

static const char *next_words(const struct view *view, const struct steps *steps, int64_t workflow,
                              const char *state)
{
    const struct words *words = view->ask.app->words;
    if (steps->restricted && !words_final(words, state))
        return view->ask.english ? "Whoever has it in hand gets in touch with you"
                                 : "承办人会直接与您联系";
    return words_next(words, workflow, state, view->ask.english);
}

/* Since when its deadline stands, what it waits for while it is on hold; the question, where the
 * answer is theirs to give. */
static void add_waiting(struct json_object *body, const struct view *view,
                        const struct steps *steps, const PGresult *rows)
{
    static const char theirs[] = "reporter";
    const char *text = wg_get_text(rows, 0, REPORT_MORE),
               *clocks_text = wg_get_text(rows, 0, REPORT_CLOCKS);
    WG_AUTO(wg_json_put) struct json_object *more = text == NULL ? NULL : json_tokener_parse(text);
    WG_AUTO(wg_json_put)
    struct json_object *clocks = clocks_text == NULL ? NULL : json_tokener_parse(clocks_text);
    const struct matter matter = {
        .definition = words_definition(view->ask.app->words, wg_get_i64(rows, 0, REPORT_WORKFLOW)),
        .clocks = clocks,
        .more = more,
        .english = view->ask.english,
    };
    int64_t since = matter_deadline_stands_since(&matter);
    struct json_object *face = matter_face(&matter);
    const char *code = face == NULL ? NULL : wg_json_text(face, "code");
    bool asked = code != NULL && strcmp(code, theirs) == 0 && steps->question[0] != '\0' &&
                 !wg_get_bool(rows, 0, REPORT_MERGED);
    answer_text(body, "stands_since", since == 0 ? NULL : wg_time_string(since));
    json_object_object_add(body, "waits_for", face);
    answer_text(body, "question", asked ? steps->question : NULL);
}

/* Of the case, or of what it was merged into. */
static struct json_object *told_clocks(const struct view *view, const PGresult *rows, bool own,
                                       struct json_object *others)
{
    const char *text = wg_get_text(rows, 0, own ? REPORT_OWN_CLOCKS : REPORT_CLOCKS);
    int workflow = own ? REPORT_OWN_WORKFLOW : REPORT_WORKFLOW;
    WG_AUTO(wg_json_put)
    struct json_object *parsed = text == NULL ? NULL : json_tokener_parse(text);
    const struct matter matter = {
        .definition = words_definition(view->ask.app->words, wg_get_i64(rows, 0, workflow)),
        .clocks = parsed,
        .now = wg_clock_now(),
        .english = view->ask.english,
    };
    return matter_told(&matter, others);
}

/* Who does what by when. A merged report keeps its own clocks, such as that of its answer; the rest
 * is its master's. Of a restricted matter nothing is named. */
static struct json_object *duties(const struct view *view, const struct steps *steps,
                                  const PGresult *rows)
{
    if (steps->restricted || wg_is_null(rows, 0, REPORT_CASE))
        return json_object_new_array();
    WG_AUTO(wg_json_put) struct json_object *items = told_clocks(view, rows, false, NULL);
    return wg_is_null(rows, 0, REPORT_OWN_CLOCKS) ? json_object_get(items)
                                                  : told_clocks(view, rows, true, items);
}

static void add_course(struct json_object *body, const struct view *view, const char *state,
                       struct wg_flight *flight)
{
    const PGresult *rows = wg_flight_result(flight, REPORT_RESULT);
    int left = words_steps_left(view->ask.app->words, wg_get_i64(rows, 0, REPORT_WORKFLOW), state);
    answer_bool(body, "merged", wg_get_bool(rows, 0, REPORT_MERGED));
    json_object_object_add(body, "steps_left", left < 0 ? NULL : json_object_new_int(left));
    json_object_object_add(body, "usual",
                           usual_answer(wg_flight_result(flight, USUAL_RESULT), view->ask.english));
}

/* What it was split into, and how each part goes; what a member of staff may not see is left out.
 */
static void add_parts(struct json_object *body, const struct view *view, const PGresult *rows)
{
    const char *text = wg_get_text(rows, 0, REPORT_PARTS);
    WG_AUTO(wg_json_put) struct json_object *parts = text == NULL ? NULL : json_tokener_parse(text);
    struct json_object *items = json_object_new_array();
    size_t n = parts == NULL ? 0 : json_object_array_length(parts);
    for (size_t i = 0; i < n; i++) {
        struct json_object *part = json_object_array_get_idx(parts, i);
        int64_t workflow = wg_json_int(part, "workflow");
        const char *state = wg_json_text(part, "state");
        bool restricted = !view->staff && json_object_get_boolean(wg_json_get(part, "restricted"));
        if (!json_object_get_boolean(wg_json_get(part, "seen")))
            continue;
        workflow = state == NULL ? words_newest(view->ask.app->words) : workflow;
        state = state == NULL ? words_initial(view->ask.app->words, workflow) : state;
        struct json_object *item = json_object_new_object();
        answer_text(item, "text", wg_json_text(part, "text"));
        answer_text(item, "state_text", said_of(view, restricted, workflow, state));
        json_object_array_add(items, item);
    }
    json_object_object_add(body, "parts", items);
}

static void reply(const struct view *view, struct wg_flight *flight)
{
    const PGresult *rows = wg_flight_result(flight, REPORT_RESULT);
    const struct words *words = view->ask.app->words;
    bool known = !wg_is_null(rows, 0, REPORT_CASE);
    int64_t received = wg_get_time(rows, 0, REPORT_RECEIVED);
    /* Accepted, but not taken up yet: where every case begins. */
    int64_t workflow = known ? wg_get_i64(rows, 0, REPORT_WORKFLOW) : words_newest(words);
    const char *state = known ? wg_get_text(rows, 0, REPORT_STATE) : words_initial(words, workflow);
    state = state == NULL ? "" : state;
    struct steps steps = { .view = view,
                           .workflow = workflow,
                           .restricted = !view->staff && wg_get_bool(rows, 0, REPORT_RESTRICTED),
                           .items = json_object_new_array(),
                           .received = received };
    struct json_object *body = json_object_new_object();
    answer_number(body, "number", view->id, received);
    answer_text(body, "received_at", wg_time_string(received));
    answer_text(body, "text", wg_get_text(rows, 0, REPORT_TEXT));
    answer_bool(body, "redacted", known && wg_get_bool(rows, 0, REPORT_REDACTED));
    add_place_and_matter(body, rows);
    if (steps.restricted)
        answer_text(body, "category", NULL);
    answer_text(body, "state", state);
    answer_text(body, "state_text", said_of(view, steps.restricted, workflow, state));
    history(&steps, wg_flight_result(flight, STEPS_RESULT));
    json_object_object_add(body, "history", steps.items);
    answer_text(body, "next", next_words(view, &steps, workflow, state));
    json_object_object_add(body, "duties", duties(view, &steps, rows));
    add_waiting(body, view, &steps, rows);
    add_course(body, view, state, flight);
    add_parts(body, view, rows);
    if (!view->staff)
        add_looks(body, rows, view->ask.english);
    if (view->staff && known)
        add_case(body, rows, wg_get_time(rows, 0, REPORT_FIRST));
    wg_reply_json(view->ask.request, 200, &body);
}

/* Staff see what lies in their areas: the case's, or before triage the one that was given. */
static bool may_see(const struct view *view, const PGresult *rows)
{
    if (!view->staff)
        return true;
    const char *area = wg_get_text(rows, 0, REPORT_GIVEN_AREA);
    if (!wg_get_bool(rows, 0, REPORT_SEEN))
        return false;
    return !wg_is_null(rows, 0, REPORT_CASE) ||
           scope_holds(&view->ask.scope, area == NULL ? "" : area);
}

static void view_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct view *view = arg;
    if (ask_failed(&view->ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, REPORT_RESULT);
    char number[WG_NUMBER_ROOM] = "";
    if (PQntuples(rows) == 1)
        wg_number_write(view->id, wg_get_time(rows, 0, REPORT_RECEIVED), number);
    if (PQntuples(rows) != 1 || strncmp(number, view->date, strlen(view->date)) != 0 ||
        !may_see(view, rows))
        wg_reply_no_report(view->ask.request);
    else
        reply(view, flight);
}

/* ---- who asks */

void reports_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "code", NULL };
    WG_AUTO(ask_destroy) struct view *view = ask_new(sizeof *view, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    if (query_refused(&query))
        return;
    view->staff = wg_known(wg_request_caller(request));
    bool is_number =
        wg_number_read(wg_request_param(request, "number"), &view->id, view->date) == 0;
    if (!view->staff &&
        !wg_code_asked(view->ask.app->attempts, view->ask.app->code_key, request, true))
        return;
    if (!is_number) {
        wg_reply_no_report(request);
        return;
    }
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(view, view_landed);
    const struct store_asker asker = ask_asker(&view->ask);
    store_read_report(flight, view->id, &asker);
    store_read_report_events(flight, view->id, &asker);
    store_read_usual(flight, view->id, usual_since(wg_clock_now()), asker.sight);
    ask_send(&view, &flight);
}
