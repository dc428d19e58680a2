#include "services/reporting/matter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/reporting/posts.h"

enum { NAME_ROOM = 64 };

static const char *word(const struct matter *matter, struct json_object *texts)
{
    const char *text = texts == NULL ? NULL : wg_json_text(texts, matter->english ? "en" : "zh");
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static struct json_object *member(struct json_object *of, const char *key)
{
    return json_object_is_type(of, json_type_object) ? wg_json_get(of, key) : NULL;
}

static void put(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text == NULL ? NULL : json_object_new_string(text));
}

static void put_time(struct json_object *object, const char *key, int64_t at)
{
    put(object, key, at == 0 ? NULL : wg_time_string(at));
}

static size_t length(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

struct json_object *matter_person(const struct matter *matter, const char *kind, int64_t id)
{
    char key[NAME_ROOM];
    snprintf(key, sizeof key, "%s:%" PRId64, kind, id);
    return id == 0 ? NULL : member(matter->people, key);
}

/* ---- attributes: what they hold shows in the effects that set them */

enum kind { PLAIN, TIME, STAFF, PARTY, CASE };

static enum kind kind_of_field(struct json_object *action, const char *field)
{
    struct json_object *fields = member(action, "fields");
    for (size_t i = 0; i < length(fields); i++) {
        struct json_object *one = json_object_array_get_idx(fields, i);
        const char *name = wg_json_text(one, "name"), *type = wg_json_text(one, "type");
        if (name == NULL || type == NULL || strcmp(name, field) != 0)
            continue;
        return strcmp(type, "time") == 0 ? TIME : strcmp(type, "staff") == 0 ? STAFF : PLAIN;
    }
    return PLAIN;
}

static enum kind kind_of_value(struct json_object *action, const char *value)
{
    static const struct {
        const char *value;
        enum kind kind;
    } known[] = {
        { "@now", TIME },     { "@external_due", TIME }, { "@return_by", TIME },
        { "@actor", STAFF },  { "@holder", STAFF },      { "@opener", STAFF },
        { "@partner", CASE }, { "@party", PARTY },
    };
    for (size_t i = 0; i < WG_COUNT(known); i++)
        if (strcmp(value, known[i].value) == 0)
            return known[i].kind;
    return value[0] == '$' ? kind_of_field(action, value + 1) : PLAIN;
}

static enum kind kind_in(struct json_object *action, struct json_object *effects, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < length(effects); i++) {
        const char *effect = json_object_get_string(json_object_array_get_idx(effects, i));
        if (strncmp(effect, name, n) == 0 && effect[n] == '=' &&
            kind_of_value(action, effect + n + 1) != PLAIN)
            return kind_of_value(action, effect + n + 1);
    }
    return PLAIN;
}

static enum kind kind_of(const struct matter *matter, const char *name)
{
    struct json_object *open = member(matter->definition, "open"),
                       *actions = member(matter->definition, "actions");
    enum kind kind = kind_in(open, member(open, "effects"), name);
    if (!json_object_is_type(actions, json_type_object))
        return kind;
    json_object_object_foreach(actions, key, action)
    {
        (void)key;
        struct json_object *rows = member(action, "rows");
        if (kind == PLAIN)
            kind = kind_in(action, member(action, "effects"), name);
        for (size_t i = 0; i < length(rows) && kind == PLAIN; i++)
            kind = kind_in(action, member(json_object_array_get_idx(rows, i), "effects"), name);
    }
    return kind;
}

static void add_attribute(const struct matter *matter, struct json_object *items, const char *name,
                          struct json_object *value)
{
    struct json_object *attribute = member(member(matter->definition, "attributes"), name);
    struct json_object *words = member(attribute, "words");
    struct json_object *item = json_object_new_object(), *person = NULL;
    enum kind kind = json_object_is_type(value, json_type_string) ? PLAIN : kind_of(matter, name);
    int64_t number = json_object_get_int64(value);
    const char *title = word(matter, attribute), *text = json_object_get_string(value);
    if (words != NULL && word(matter, member(words, text)) != NULL)
        text = word(matter, member(words, text));
    if (kind == STAFF || kind == PARTY)
        person = matter_person(matter, kind == STAFF ? "staff" : "party", number);
    put(item, "name", name);
    put(item, "title", title == NULL ? name : title);
    put(item, "value", kind == TIME ? wg_time_string(number) : json_object_get_string(value));
    put(item, "text", kind == TIME ? wg_time_string(number) : text);
    json_object_object_add(item, "person", json_object_get(person));
    json_object_array_add(items, item);
}

struct json_object *matter_attributes(const struct matter *matter)
{
    struct json_object *items = json_object_new_array(),
                       *declared = member(matter->definition, "attributes");
    if (!json_object_is_type(matter->more, json_type_object))
        return items;
    json_object_object_foreach(matter->more, name, value)
    {
        if (member(declared, name) != NULL) /* the engine's own are told elsewhere */
            add_attribute(matter, items, name, value);
    }
    return items;
}

struct json_object *matter_face(const struct matter *matter)
{
    static const char face[] = "face";
    const char *value = matter->more == NULL ? NULL : wg_json_text(matter->more, face);
    if (value == NULL)
        return NULL;
    struct json_object *words =
        member(member(member(matter->definition, "attributes"), face), "words");
    const char *text = words == NULL ? NULL : word(matter, member(words, value));
    struct json_object *item = json_object_new_object();
    put(item, "code", value);
    put(item, "name", text == NULL ? value : text);
    return item;
}

/* ---- clocks; one of a task is called "<clock>/<k>" */

static int task_of(const char *clock)
{
    const char *slash = strchr(clock, '/');
    return slash == NULL ? 0 : (int)strtol(slash + 1, NULL, 10);
}

static struct json_object *clock_item(const struct matter *matter, const char *name, int64_t due)
{
    char base[NAME_ROOM];
    snprintf(base, sizeof base, "%.*s", (int)strcspn(name, "/"), name);
    const char *title = word(matter, member(member(matter->definition, "clocks"), base));
    struct json_object *item = json_object_new_object();
    put(item, "name", base);
    put(item, "title", title == NULL ? base : title);
    put_time(item, "due_at", due);
    json_object_object_add(item, "overdue", json_object_new_boolean(due != 0 && due < matter->now));
    return item;
}

int64_t matter_stands_since(const struct matter *matter, const char *clock)
{
    struct json_object *pauses = member(member(matter->clocks, clock), "pauses");
    for (size_t i = 0; i < length(pauses); i++) {
        struct json_object *pair = json_object_array_get_idx(pauses, i);
        if (length(pair) == 2 && json_object_get_int64(json_object_array_get_idx(pair, 1)) == 0)
            return json_object_get_int64(json_object_array_get_idx(pair, 0));
    }
    return 0;
}

int64_t matter_deadline_stands_since(const struct matter *matter)
{
    int64_t since = 0;
    struct json_object *clocks = member(matter->definition, "clocks");
    if (!json_object_is_type(clocks, json_type_object))
        return 0;
    json_object_object_foreach(clocks, name, rule)
    {
        if (json_object_get_boolean(member(rule, "due")))
            since = matter_stands_since(matter, name);
    }
    return since;
}

static int64_t due_of(struct json_object *item)
{
    int64_t due = 0;
    const char *text = wg_json_text(item, "due_at");
    return text == NULL || wg_time_parse(text, &due) != 0 ? INT64_MAX : due;
}

static int by_due(const void *a, const void *b)
{
    int64_t one = due_of(*(struct json_object *const *)a),
            other = due_of(*(struct json_object *const *)b);
    return (one > other) - (one < other);
}

struct json_object *matter_clocks(const struct matter *matter)
{
    struct json_object *items = json_object_new_array();
    if (!json_object_is_type(matter->clocks, json_type_object))
        return items;
    json_object_object_foreach(matter->clocks, name, clock)
    {
        struct json_object *item = clock_item(matter, name, wg_json_int(clock, "due"));
        int task = task_of(name);
        json_object_object_add(item, "task", task == 0 ? NULL : json_object_new_int(task));
        put_time(item, "stands_since", matter_stands_since(matter, name));
        json_object_array_add(items, item);
    }
    json_object_array_sort(items, by_due);
    return items;
}

struct json_object *matter_next_clock(const struct matter *matter, int task)
{
    const char *first = NULL;
    int64_t first_due = 0;
    if (!json_object_is_type(matter->clocks, json_type_object))
        return NULL;
    json_object_object_foreach(matter->clocks, name, clock)
    {
        int64_t due = wg_json_int(clock, "due");
        if (due == 0 || (first != NULL && due >= first_due) || (task != 0 && task_of(name) != task))
            continue;
        first = name;
        first_due = due;
    }
    return first == NULL ? NULL : clock_item(matter, first, first_due);
}

static bool has_named(struct json_object *items, const char *name)
{
    for (size_t i = 0; i < length(items); i++)
        if (strcmp(wg_json_text(json_object_array_get_idx(items, i), "name"), name) == 0)
            return true;
    return false;
}

struct json_object *matter_told(const struct matter *matter, struct json_object *others)
{
    struct json_object *clocks = matter_clocks(matter), *items = json_object_new_array();
    for (size_t i = 0; i < length(clocks); i++) {
        struct json_object *clock = json_object_array_get_idx(clocks, i);
        const char *name = wg_json_text(clock, "name"),
                   *text = word(matter, member(member(member(matter->definition, "clocks"), name),
                                               "resident"));
        if (text == NULL || wg_json_get(clock, "due_at") == NULL ||
            wg_json_get(clock, "task") != NULL)
            continue;
        struct json_object *item = json_object_new_object();
        put(item, "name", name);
        put(item, "text", text);
        put(item, "due_at", wg_json_text(clock, "due_at"));
        json_object_object_add(item, "overdue", json_object_get(wg_json_get(clock, "overdue")));
        json_object_array_add(items, item);
    }
    for (size_t i = 0; i < length(others); i++) {
        struct json_object *other = json_object_array_get_idx(others, i);
        if (!has_named(items, wg_json_text(other, "name")))
            json_object_array_add(items, json_object_get(other));
    }
    json_object_put(clocks);
    json_object_array_sort(items, by_due);
    return items;
}

/* ---- who must do what by when */

/* The post that a role stands for at this level; the role itself where the file names none. */
static const char *post_at(const struct matter *matter, const char *role, const char *level)
{
    struct json_object *post = member(member(matter->definition, "people"), role);
    if (json_object_is_type(post, json_type_object))
        post = level == NULL ? NULL : member(post, level);
    return post == NULL ? role : json_object_get_string(post);
}

static void put_duty(const struct matter *matter, const struct matter_hands *hands,
                     struct json_object *item)
{
    struct json_object *holder = NULL, *party = NULL, *k = wg_json_get(item, "task");
    const char *owner = wg_json_text(
        member(member(matter->definition, "clocks"), wg_json_text(item, "name")), "owner");
    const char *post = NULL;
    if (k != NULL) {
        for (size_t i = 0; i < length(hands->tasks); i++) {
            struct json_object *task = json_object_array_get_idx(hands->tasks, i);
            const char *number = wg_json_text(task, "number");
            if (number == NULL ||
                strtol(strrchr(number, '-') + 1, NULL, 10) != json_object_get_int(k))
                continue;
            holder = wg_json_get(task, "staff");
            party = wg_json_get(task, "party");
        }
    } else if (owner == NULL || strcmp(owner, "holder") == 0) {
        holder = hands->holder;
        party = hands->party;
    } else {
        post = post_at(matter, owner, hands->level);
    }
    put(item, "post", post);
    put(item, "post_text", posts_text(post, matter->english));
    json_object_object_add(item, "holder", json_object_get(holder));
    json_object_object_add(item, "party", json_object_get(party));
}

struct json_object *matter_duties(const struct matter *matter, const struct matter_hands *hands)
{
    struct json_object *clocks = matter_clocks(matter), *items = json_object_new_array();
    for (size_t i = 0; i < length(clocks); i++) {
        struct json_object *item = json_object_array_get_idx(clocks, i);
        if (wg_json_get(item, "due_at") == NULL)
            continue;
        json_object_object_del(item, "stands_since");
        put_duty(matter, hands, item);
        json_object_array_add(items, json_object_get(item));
    }
    json_object_put(clocks);
    return items;
}

/* ---- the approval */

static const char *post_of(const struct matter *matter, const char *role)
{
    struct json_object *post = member(member(matter->definition, "people"), role);
    return json_object_is_type(post, json_type_string) ? json_object_get_string(post) : role;
}

struct json_object *matter_approval(const struct matter *matter)
{
    const char *name = matter->more == NULL ? NULL : wg_json_text(matter->more, "asked");
    if (name == NULL)
        return NULL;
    struct json_object *approval = member(member(matter->definition, "approvals"), name),
                       *steps = member(approval, "steps"), *item = json_object_new_object();
    int64_t step = wg_json_int(matter->more, "asked_step");
    const char *title = word(matter, approval);
    put(item, "approval", name);
    put(item, "title", title == NULL ? name : title);
    json_object_object_add(item, "step", json_object_new_int64(step + 1));
    json_object_object_add(item, "steps", json_object_new_int64((int64_t)length(steps)));
    struct json_object *role = step < 0 || (size_t)step >= length(steps)
                                   ? NULL
                                   : json_object_array_get_idx(steps, (size_t)step);
    const char *post = role == NULL ? NULL : post_of(matter, json_object_get_string(role));
    put(item, "post", post);
    put(item, "post_text", posts_text(post, matter->english));
    json_object_object_add(
        item, "asked_by",
        json_object_get(matter_person(matter, "staff", wg_json_int(matter->more, "asked_by"))));
    return item;
}

/* ---- hands */

struct json_object *matter_chain(const struct matter *matter)
{
    struct json_object *items = json_object_new_array(), *chain = member(matter->more, "chain");
    for (size_t i = 0; i < length(chain); i++) {
        struct json_object *link = json_object_array_get_idx(chain, i),
                           *item = json_object_new_object();
        put(item, "kind", wg_json_text(link, "kind"));
        put(item, "level", wg_json_text(link, "level"));
        json_object_object_add(
            item, "holder",
            json_object_get(matter_person(matter, "staff", wg_json_int(link, "holder"))));
        json_object_object_add(
            item, "party",
            json_object_get(matter_person(matter, "party", wg_json_int(link, "party"))));
        json_object_array_add(items, item);
    }
    return items;
}

/* ---- what was done, and given with it */

static struct json_object *action_of(const struct matter *matter, const char *action, bool task)
{
    struct json_object *of = task ? member(matter->definition, "tasks") : matter->definition;
    return action == NULL ? NULL : member(member(of, "actions"), action);
}

const char *matter_action(const struct matter *matter, const char *action, bool task)
{
    return word(matter, action_of(matter, action, task));
}

/* The words of what was chosen; NULL: it is no choice. */
static const char *chosen(const struct matter *matter, struct json_object *field, const char *value)
{
    struct json_object *choices = member(field, "choices");
    for (size_t i = 0; i < length(choices); i++) {
        struct json_object *choice = json_object_array_get_idx(choices, i);
        const char *one = wg_json_text(choice, "value");
        if (one != NULL && strcmp(one, value) == 0)
            return word(matter, choice);
    }
    return NULL;
}

struct json_object *matter_said(const struct matter *matter, const char *action, bool task,
                                struct json_object *input)
{
    struct json_object *items = json_object_new_array(),
                       *fields = member(action_of(matter, action, task), "fields");
    for (size_t i = 0; i < length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        const char *name = wg_json_text(field, "name");
        struct json_object *value = name == NULL ? NULL : member(input, name);
        if (value == NULL)
            continue;
        struct json_object *item = json_object_new_object();
        const char *text = json_object_get_string(value), *title = word(matter, field);
        const char *words = chosen(matter, field, text);
        if (words == NULL && json_object_is_type(value, json_type_boolean))
            words = json_object_get_boolean(value) ? (matter->english ? "yes" : "是")
                                                   : (matter->english ? "no" : "否");
        put(item, "field", name);
        put(item, "title", title == NULL ? name : title);
        put(item, "text", words == NULL ? text : words);
        json_object_array_add(items, item);
    }
    return items;
}
