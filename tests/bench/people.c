#include "tests/bench/people.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

/* Two that decide, two notes. */
static const char *const plan[] = {
    "{\"action\":\"accept\"}",
    "{\"action\":\"progress\",\"text\":"
    "\"已到现场查看，情况属实，已联系养护单位，约定今天下午到场处理，现"
    "场先做了围挡和提示\"}",
    "{\"action\":\"progress\",\"text\":\"养护单位已到场，正在施工，预计一个小时后完工\"}",
    "{\"action\":\"resolve\",\"text\":"
    "\"已修复完毕，现场已清理干净，向周边住户说明了情况，住户表示满意\"}",
};

struct work {
    long long id;
    int decided;
};

struct person {
    char key[80];
    struct work *cases;
    size_t n, at, step;
    int decided; /* of the last ETag */
    struct wg_text bytes;
    struct request request;
};

struct people {
    struct person *of;
    size_t n;
    int port;
    long run;
};

static void read_person(struct people *people, char *line)
{
    char *rest = NULL;
    const char *word = strtok_r(line, " \n", &rest);
    if (word == NULL)
        return;
    people->of = wg_resize(people->of, (people->n + 1) * sizeof *people->of);
    struct person *person = &people->of[people->n++];
    *person = (struct person){ 0 };
    wg_copy(person->key, sizeof person->key, word);
    while ((word = strtok_r(NULL, " \n", &rest)) != NULL) {
        struct work work;
        if (sscanf(word, "%lld:%d", &work.id, &work.decided) != 2)
            errx(1, "not a case and the n of an event: %s", word);
        person->cases = wg_resize(person->cases, (person->n + 1) * sizeof work);
        person->cases[person->n++] = work;
    }
}

struct people *people_new(const char *path, int port, long run)
{
    struct people *people = wg_new(sizeof *people);
    char *line = NULL;
    size_t room = 0;
    *people = (struct people){ .port = port, .run = run };
    FILE *file = fopen(path, "re");
    if (file == NULL)
        err(1, "%s", path);
    while (getline(&line, &room, file) > 0)
        read_person(people, line);
    free(line);
    fclose(file);
    if (people->n == 0)
        errx(1, "%s is empty", path);
    return people;
}

void people_destroy(struct people **people)
{
    if (*people == NULL)
        return;
    for (size_t i = 0; i < (*people)->n; i++) {
        free((*people)->of[i].cases);
        wg_text_destroy(&(*people)->of[i].bytes);
    }
    free((*people)->of);
    free(*people);
    *people = NULL;
}

size_t people_count(const struct people *people)
{
    return people->n;
}

const struct request *people_next(struct people *people, size_t i)
{
    struct person *person = &people->of[i];
    if (person->at == person->n)
        return NULL;
    const struct work *work = &person->cases[person->at];
    if (person->step == 0)
        person->decided = work->decided;
    wg_text_clear(&person->bytes);
    wg_text_printf(&person->bytes,
                   "POST /api/v1/cases/%lld/actions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                   "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                   "If-Match: \"%d\"\r\nIdempotency-Key: bench-%ld-%lld-%zu\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   work->id, people->port, person->key, person->decided, people->run, work->id,
                   person->step, strlen(plan[person->step]), plan[person->step]);
    person->request = (struct request){ .bytes = person->bytes.bytes,
                                        .length = person->bytes.length,
                                        .reports = 1 };
    return &person->request;
}

static void next_case(struct person *person)
{
    person->at++;
    person->step = 0;
}

bool people_answered(struct people *people, size_t i, const char *answer)
{
    struct person *person = &people->of[i];
    const char *etag = strcasestr(answer, "\r\nETag: \"");
    bool good = strncmp(answer, "HTTP/1.1 200", 12) == 0 && etag != NULL;
    if (!good) {
        next_case(person);
        return false;
    }
    person->decided = atoi(etag + strlen("\r\nETag: \""));
    if (++person->step == WG_COUNT(plan))
        next_case(person);
    return true;
}
