#include "services/registry/faults.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

static const struct {
    const char *name, *zh, *en;
} words[] = {
    { "unknown", "不合规定", "not acceptable" },
    /* the file */
    { "empty", "文件里没有数据", "the file has no data" },
    { "too-many-rows", "超过 200,000 行", "more than 200,000 rows" },
    { "utf8", "不是有效的 UTF-8", "not valid UTF-8" },
    { "nul", "含有 NUL 字节", "holds a NUL byte" },
    { "quote", "引号的位置不对（RFC 4180）", "a quote in the wrong place (RFC 4180)" },
    { "quote-open", "引号没有结束，后面无法读取",
      "a quote that never ends: nothing after it can be read" },
    { "too-many-columns", "超过 64 列", "more than 64 columns" },
    { "field-long", "单元格超过 64 KiB", "a field of more than 64 KiB" },
    { "field-count", "列数与表头不一致", "not as many fields as the header" },
    { "column-unknown", "没有这一列", "no such column" },
    { "column-twice", "这一列出现两次", "this column stands twice" },
    { "column-missing", "缺少这一列", "this column is missing" },
    { "json", "不是有效的 JSON，字节位置", "not valid JSON, at byte" },
    { "collection", "不是 GeoJSON FeatureCollection", "not a GeoJSON FeatureCollection" },
    { "crs", "坐标系必须是 WGS 84", "the coordinate system must be WGS 84" },
    { "feature", "不是 GeoJSON Feature", "not a GeoJSON Feature" },
    { "feature-long", "要素超过 1 MiB", "a feature of more than 1 MiB" },
    { "calendar", "日历有误", "the calendar is faulty" },
    /* one field */
    { "required", "不能为空", "must not be empty" },
    { "text-long", "太长", "too long" },
    { "control", "含有控制字符", "holds control characters" },
    { "code", "编码只能用字母、数字和 - _ . ,长度 1–64",
      "a code is 1–64 letters, digits, hyphens, underscores and dots" },
    { "category-code", "分类编码应为小写字母开头，后跟小写字母、数字和连字符，共 2–40 个",
      "a category's code is 2–40 lower-case letters, digits and hyphens and begins with a letter" },
    { "area-code", "区划编码应为 6–17 位数字", "an area's code is 6–17 digits" },
    { "choice", "不是允许的值", "not one of the permitted values" },
    { "time", "时间写作 2026-10-01 08:30，或带时区的 RFC 3339",
      "a time is written 2026-10-01 08:30, or as RFC 3339 with its offset" },
    { "number", "应为整数，且在范围内", "must be a whole number within its range" },
    { "degrees", "坐标超出范围", "the coordinate is out of range" },
    { "flag", "只能是 true 或 false", "must be true or false" },
    { "email", "不是有效的邮箱", "not a valid mail address" },
    { "phone", "不是有效的电话号码", "not a valid telephone number" },
    { "number-float",
      "表格软件把号码改成了小数或科学计数，数字已丢失；请把这一列设为“文本”后重新填写",
      "the spreadsheet made a float of it and digits are lost; format the column as text and fill "
      "it in again" },
    { "two-people", "一个单元格里写了两个人，请分成两行",
      "two people in one cell; give each a row" },
    { "two-numbers", "一个单元格里写了两个号码，请只留一个", "two numbers in one cell; leave one" },
    { "sheet", "表格无法读取：须为 .xlsx,展开后不超过 64 MiB",
      "the sheet cannot be read: .xlsx, at most 64 MiB when unpacked" },
    { "sheet-old", "旧版 .xls/.et 不能读取，请另存为 .xlsx",
      "old .xls and .et files cannot be read; save it as .xlsx" },
    { "list-long", "条目太多", "too many entries" },
    { "list-twice", "条目重复", "an entry stands twice" },
    { "value", "应为文字、数字、真假值或文字列表",
      "must be text, a number, true or false, or a list of texts" },
    { "post-entry", "应写作 岗位@区划编码", "must read post@area" },
    { "post", "没有这种岗位", "no such post" },
    { "address-entry", "应写作 compound=…、building=…@compound 或 road=… 1-99",
      "must read compound=…, building=…@compound or road=… 1-99" },
    { "limit-pair", "期限的数量和单位必须同时给出", "a limit's number and unit go together" },
    { "limit", "期限有误", "the limit is faulty" },
    { "limit-row", "应写作 环节[@等级][/来源]=数 单位 [起算] [截止]，或 =none，每种一次",
      "must be clock[@grade][/source]=n unit [start] [end], or =none, each of them once" },
    { "clock-unknown", "没有一个流程有这个计时环节", "no workflow has this clock" },
    /* one row */
    { "code-length", "编码长度与层级不符", "the code's length does not fit the level" },
    { "code-parent", "编码必须以上级编码开头", "the code must begin with its parent's" },
    { "code-number", "编号区间与网格类别不符（001–799 普通，801–899 临时，901–999 专属）",
      "the number's range does not fit the kind (001–799 ordinary, 801–899 temporary, 901–999 "
      "dedicated)" },
    { "kind-level", "只有网格可以是临时或专属的", "only grids can be temporary or dedicated" },
    { "temporary-end", "临时网格必须有结束时间", "a temporary grid must have an end" },
    { "period", "结束必须晚于开始", "the end must be after the start" },
    { "parent-none", "区以外的区划必须有上级", "all but a district must have a parent" },
    { "point-pair", "经纬度必须同时给出", "lat and lon go together" },
    { "point-twice", "坐标在几何和列里都给了", "the point is given as geometry and as columns" },
    { "geometry-type", "几何类型不对", "not the right type of geometry" },
    { "geometry-shape", "坐标的结构不对", "the coordinates do not have the right structure" },
    { "geometry-ring", "环至少要有四个点，而且首尾相同",
      "a ring has at least four points and ends where it began" },
    { "geometry-range", "经纬度超出范围", "longitude or latitude out of range" },
    { "geometry-invalid", "多边形无效", "the polygon is invalid" },
    { "geometry-empty", "多边形是空的", "the polygon is empty" },
    /* across rows and tables */
    { "duplicate", "文件里前面已有这个编码", "this code stands earlier in the file" },
    { "area-unknown", "没有这个区划", "no such area" },
    { "parent-unknown", "没有这个上级", "no such parent" },
    { "parent-level", "上级的层级不对", "the parent is not of the right level" },
    { "parent-deep", "分类只有两级", "categories have two levels" },
    { "level-changed", "已有区划的层级不能改", "the level of an existing area cannot change" },
    { "category-unknown", "没有这个分类", "no such category" },
    { "party-unknown", "没有这个单位", "no such party" },
    { "calendar-unknown", "没有这个日历", "no such calendar" },
    { "post-or-party", "岗位和单位须恰好填一个", "name either a post or a party" },
    { "restricted-kind", "写明限制类别的，restricted 须为 true",
      "with a restricted_kind, restricted must be true" },
    { "area-used", "里面还有其他区划，不能结束", "other areas lie in it" },
    { "leave-long", "请假最长 400 天", "leave is 400 days at most" },
    { "post-reserved", "这个岗位只能由系统管理员安排",
      "only an administrator of the whole city arranges this post" },
    { "post-above", "不能把自己排到高于本人职务的岗位",
      "nobody arranges themselves above the posts that they hold" },
    { "post-restricted", "这个岗位能看限制查看的事件，只能由当地担任此类岗位的人员或管理员安排",
      "this post reads restricted cases: who holds such a post there, or an administrator, "
      "arranges it" },
    { "code-fixed", "编码不能改", "a code does not change" },
    { "post-unknown", "没有担任这个岗位", "that post is not held" },
    { "staff-outside", "不是本区域的人员", "that person has no post in the area" },
    { "successor-self", "接任者不能是本人", "the successor must be somebody else" },
    { "time-future", "不能晚于现在", "must not be later than now" },
    { "grid-tree", "这里只能新增临时网格；常设网格请用导入",
      "only temporary grids are made here; the standing ones come by import" },
    { "staff-unknown", "没有这个人员", "no such member of staff" },
    { "overlap", "与另一条值班记录的时间重叠", "overlaps with another row of the same duty" },
};

void faults_destroy(struct faults *faults)
{
    free(faults->items);
    *faults = (struct faults){ 0 };
}

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < WG_COUNT(words) && strcmp(words[i].name, name) != 0)
        i++;
    return i == WG_COUNT(words) ? 0 : i;
}

const char *fault_named(const char *name)
{
    return words[find(name)].name;
}

/* Copies what fits without cutting a character in two. */
static void copy(char *to, size_t room, const char *from)
{
    size_t length = strlen(from);
    if (length >= room) {
        length = room - 1;
        while (length > 0 && ((unsigned char)from[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(to, from, length);
    to[length] = '\0';
}

void faults_add(struct faults *faults, size_t line, const char *column, const char *name,
                const char *detail)
{
    size_t order = faults->total++;
    if (faults->n == 2 * FAULTS_MOST) /* the file's own and those of the cross-checks */
        return;
    if (faults->n == faults->room) {
        faults->room = faults->room == 0 ? 16 : faults->room * 2;
        faults->items = wg_resize(faults->items, faults->room * sizeof *faults->items);
    }
    struct fault *fault = &faults->items[faults->n++];
    *fault = (struct fault){ .line = line, .order = order, .name = fault_named(name) };
    copy(fault->column, sizeof fault->column, column);
    copy(fault->detail, sizeof fault->detail, detail == NULL ? "" : detail);
}

static int compare(const void *left, const void *right)
{
    const struct fault *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

void faults_sort(struct faults *faults)
{
    if (faults->n > 1)
        qsort(faults->items, faults->n, sizeof *faults->items, compare);
    if (faults->n > FAULTS_MOST)
        faults->n = FAULTS_MOST;
}

void fault_pointer(const struct fault *fault, char ret_pointer[FAULT_POINTER_ROOM])
{
    char *to = ret_pointer;
    *to = '\0';
    if (fault->line > 0)
        to += sprintf(to, "/%zu", fault->line);
    if (fault->line == 0 || fault->column[0] == '\0')
        return;
    *to++ = '/';
    for (const char *from = fault->column; *from != '\0'; from++) {
        if (*from == '~' || *from == '/') {
            *to++ = '~';
            *to++ = *from == '~' ? '0' : '1';
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

void fault_text(const struct fault *fault, int english, char ret_text[FAULT_TEXT_ROOM])
{
    size_t i = find(fault->name);
    const char *text = english ? words[i].en : words[i].zh;
    if (fault->detail[0] == '\0')
        snprintf(ret_text, FAULT_TEXT_ROOM, "%s", text);
    else
        snprintf(ret_text, FAULT_TEXT_ROOM, english ? "%s: %s" : "%s:%s", text, fault->detail);
}
