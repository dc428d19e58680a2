/* Competence (履职事项清单): whose matter a category is in an area, who only helps, and who may not
 * be dispatched to since the matter was taken back by a level above. */
#include "common/json.h"

#include "services/registry/kinds.h"

static const char *const list_names[] = { "own", "support", "taken-back", NULL };
enum { NOTE_MOST = 300 };

static const struct column competence_columns[] = {
    { .name = "code", .type = COLUMN_CODE, .required = true, .zh = "编码、编号" },
    { .name = "category", .type = COLUMN_CATEGORY, .zh = "分类编码、分类" },
    { .name = "area", .type = COLUMN_AREA, .required = true, .zh = "区划编码、区划" },
    { .name = "post", .type = COLUMN_CHOICE, .choices = post_names, .zh = "岗位" },
    { .name = "party", .type = COLUMN_CODE, .zh = "单位编码、单位" },
    { .name = "list",
      .type = COLUMN_CHOICE,
      .required = true,
      .choices = list_names,
      .zh = "清单" },
    { .name = "note", .type = COLUMN_TEXT, .highest = NOTE_MOST, .zh = "说明" },
    { .name = "note_en", .type = COLUMN_TEXT, .highest = NOTE_MOST, .zh = "英文说明" },
};

static void judge_competence(const struct line *line, struct json_object *row,
                             struct faults *faults)
{
    size_t post = columns_find(competence_columns, WG_COUNT(competence_columns), "post");
    size_t party = columns_find(competence_columns, WG_COUNT(competence_columns), "party");
    if ((line->values[post] == NULL) == (line->values[party] == NULL))
        faults_add(faults, line->number, "party", "post-or-party", NULL);
    static const char *const notes[] = { "note", "note_en" };
    for (size_t i = 0; i < WG_COUNT(notes); i++) {
        if (line->values[columns_find(competence_columns, WG_COUNT(competence_columns),
                                      notes[i])] == NULL)
            json_object_object_add(row, notes[i], json_object_new_string(""));
    }
}

const struct kind competence_kind = {
    .name = "competence",
    .columns = competence_columns,
    .n = WG_COUNT(competence_columns),
    .judge = judge_competence,
};
