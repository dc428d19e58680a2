/* The judge of JSON bytes (RFC 8259): one pass, no allocation, no recursion; depth, members and
 * digits are bounded, so the cost is linear in the bytes whatever they say.
 *
 * Duplicate keys are judged on what a key means, not on how it is spelled: "a" and "\u0061" are
 * one. Each key is decoded into a SipHash-1-3 of 64 bits, keyed with the 16 random bytes that the
 * kernel gives every process; two equal hashes in one object are a duplicate. So a key costs its
 * own length, no pair of keys is ever compared byte by byte, nobody who does not know the random
 * bytes can make hashes collide, and by chance two different keys of one object do with a
 * probability under 2^-48 (the text is then refused, never taken wrongly). Few keys are looked
 * through one by one; from the ninth on a table of 512 places, filled to half at most, finds them.
 *
 * What is deliberately not here: what the fields mean. */
#include "common/json.h"

#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>

#include "common/sip.h"
#include "common/text.h"

enum { DEPTH = WG_JSON_LEVELS, MEMBERS = 256, FEW = 8, PLACES = 2 * MEMBERS };
enum { DIGITS = 40, LARGEST = 300, VALUES = 20000 };

/* ------------------------------------------------------------------ the scan */

struct level {
    bool object;
    size_t first; /* its keys are keys[first] … keys[first + members - 1] */
    size_t members;
};

struct scan {
    const char *bytes;
    size_t length, at;
    struct wg_json_verdict verdict;
    uint64_t secret[2];
    size_t depth, held, values;
    struct level levels[DEPTH];
    /* The keys of all open objects: an inner one's lie above its outer's and go when it closes. */
    uint64_t keys[DEPTH * MEMBERS];
    uint16_t places[DEPTH]
                   [PLACES]; /* number of a level's key + 1; 0 is free. Cleared at the ninth key. */
};

static bool refuse_at(struct scan *scan, enum wg_json_fault fault, size_t offset)
{
    scan->verdict = (struct wg_json_verdict){ .fault = fault, .offset = offset };
    return false;
}

/* What stands at `at` does not belong there: says so by the most telling name. */
static bool refuse(struct scan *scan)
{
    if (scan->at < scan->length) {
        const char *byte = scan->bytes + scan->at;
        if (*byte == '\0')
            return refuse_at(scan, WG_JSON_NUL, scan->at);
        if ((unsigned char)*byte >= 0x80 && wg_utf8_run(byte, scan->length - scan->at) == 0)
            return refuse_at(scan, WG_JSON_UTF8, scan->at);
    }
    return refuse_at(scan, WG_JSON_SYNTAX, scan->at);
}

/* The byte in hand, -1 at the end. */
static inline int peek(const struct scan *scan)
{
    return scan->at < scan->length ? (unsigned char)scan->bytes[scan->at] : -1;
}

static inline int peek_text(struct scan *scan)
{
    while (scan->at < scan->length) {
        char byte = scan->bytes[scan->at];
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t')
            return (unsigned char)byte;
        scan->at++;
    }
    return -1;
}

/* ------------------------------------------------------------------ strings */

/* Moves over bytes that mean themselves: not ", \, control characters, nor anything over 0x7f.
 * Eight at a time; in each byte of `stop` the highest bit says that this one is special (an exact
 * test for the lowest such byte, which is all that is asked). */
static inline void skip_plain(struct scan *scan)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
    while (scan->length - scan->at >= 8) {
        uint64_t word;
        memcpy(&word, scan->bytes + scan->at, 8);
        uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
        uint64_t stop = ((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & high;
        if (stop != 0) {
            scan->at += (size_t)__builtin_ctzll(stop) / 8;
            break;
        }
        scan->at += 8;
    }
}

/* Four hexadecimal digits; -1 where they are not there. */
static int take_hex(struct scan *scan)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(scan);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
        scan->at++;
    }
    return value;
}

/* After "\u"; `from` is where the backslash stands. */
static bool take_code(struct scan *scan, size_t from, unsigned *ret_code)
{
    int code = take_hex(scan);
    if (code < 0)
        return refuse(scan);
    if (code == 0)
        return refuse_at(scan, WG_JSON_NUL, from);
    if (code >= 0xdc00 && code < 0xe000)
        return refuse_at(scan, WG_JSON_SURROGATE, from);
    if (code >= 0xd800 && code < 0xdc00) {
        const char *next = scan->bytes + scan->at;
        if (scan->length - scan->at < 2 || next[0] != '\\' || next[1] != 'u')
            return refuse_at(scan, WG_JSON_SURROGATE, from);
        scan->at += 2;
        int low = take_hex(scan);
        if (low < 0)
            return refuse(scan);
        if (low < 0xdc00 || low >= 0xe000)
            return refuse_at(scan, WG_JSON_SURROGATE, from);
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    *ret_code = (unsigned)code;
    return true;
}

/* From the backslash on; what it means goes into the hash, if one is made. */
static bool take_escape(struct scan *scan, struct wg_sip *hash)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    size_t from = scan->at++;
    char bytes[4];
    size_t n = 1;
    int c = peek(scan);
    const char *name = c > 0 ? strchr(names, c) : NULL;
    if (name != NULL) {
        bytes[0] = meanings[name - names];
        scan->at++;
    } else if (c == 'u') {
        unsigned code = 0;
        scan->at++;
        if (!take_code(scan, from, &code))
            return false;
        n = wg_utf8_encode(code, bytes);
    } else {
        return refuse(scan);
    }
    if (hash != NULL)
        wg_sip_add(hash, bytes, n);
    return true;
}

/* From the opening quote to behind the closing one. hash may be NULL. */
static bool take_string(struct scan *scan, struct wg_sip *hash)
{
    size_t from = ++scan->at; /* where what is not hashed yet begins */
    for (;;) {
        skip_plain(scan);
        int c = peek(scan);
        if (c >= 0x80) {
            size_t run = wg_utf8_run(scan->bytes + scan->at, scan->length - scan->at);
            if (run == 0)
                return refuse(scan);
            scan->at += run;
        } else if (c == '"' || c == '\\') {
            if (hash != NULL)
                wg_sip_add(hash, scan->bytes + from, scan->at - from);
            if (c == '"')
                break;
            if (!take_escape(scan, hash))
                return false;
            from = scan->at;
        } else if (c < 0x20) {
            return refuse(scan);
        } else {
            scan->at++;
        }
    }
    scan->at++;
    return true;
}

/* ------------------------------------------------------------------ keys */

/* True where the key is new to its object and was put into its table. */
static bool put_place(struct scan *scan, const struct level *level, size_t number, uint64_t key)
{
    uint16_t *places = scan->places[scan->depth - 1];
    const uint64_t *keys = scan->keys + level->first;
    size_t place = key % PLACES;
    while (places[place] != 0) {
        if (keys[places[place] - 1] == key)
            return false;
        place = (place + 1) % PLACES;
    }
    places[place] = (uint16_t)(number + 1);
    return true;
}

static bool is_new(struct scan *scan, const struct level *level, uint64_t key)
{
    const uint64_t *keys = scan->keys + level->first;
    if (level->members < FEW) {
        for (size_t i = 0; i < level->members; i++)
            if (keys[i] == key)
                return false;
        return true;
    }
    if (level->members == FEW) {
        memset(scan->places[scan->depth - 1], 0, sizeof scan->places[0]);
        for (size_t i = 0; i < FEW; i++)
            put_place(scan, level, i, keys[i]);
    }
    return put_place(scan, level, level->members, key);
}

/* A member's key and its colon. */
static bool take_key(struct scan *scan)
{
    struct level *level = &scan->levels[scan->depth - 1];
    struct wg_sip hash;
    if (peek_text(scan) != '"')
        return refuse(scan);
    size_t from = scan->at;
    if (level->members == MEMBERS)
        return refuse_at(scan, WG_JSON_SYNTAX, from);
    wg_sip_start(&hash, scan->secret);
    if (!take_string(scan, &hash))
        return false;
    uint64_t key = wg_sip_end(&hash);
    if (!is_new(scan, level, key))
        return refuse_at(scan, WG_JSON_DUPLICATE, from);
    scan->keys[scan->held++] = key;
    level->members++;
    if (peek_text(scan) != ':')
        return refuse(scan);
    scan->at++;
    return true;
}

/* ------------------------------------------------------------------ numbers and words */

struct digits {
    size_t count, zeros; /* all; and those before the first that is not 0 */
    char first;          /* the first that is not 0 */
    bool more;           /* another that is not 0 follows it */
    uint64_t value;      /* of the first 19 */
};

static size_t take_digits(struct scan *scan, struct digits *digits)
{
    size_t from = scan->at;
    for (int c = peek(scan); c >= '0' && c <= '9'; c = peek(scan)) {
        if (digits->first == 0 && c == '0')
            digits->zeros++;
        else if (digits->first == 0)
            digits->first = (char)c;
        else if (c != '0')
            digits->more = true;
        if (digits->count++ < 19)
            digits->value = digits->value * 10 + (uint64_t)(c - '0');
        scan->at++;
    }
    return scan->at - from;
}

/* [eE][+-]?[0-9]+; a power over 10,000 stays there, which is too large either way. */
static bool take_power(struct scan *scan, size_t *digits, int64_t *ret_power)
{
    struct digits power = { 0 };
    scan->at++;
    bool negative = peek(scan) == '-';
    if (negative || peek(scan) == '+')
        scan->at++;
    if (take_digits(scan, &power) == 0)
        return refuse(scan);
    *digits += power.count;
    int64_t value = power.count - power.zeros > 4 ? 10000 : (int64_t)power.value;
    *ret_power = negative ? -value : value;
    return true;
}

static bool take_number(struct scan *scan)
{
    struct digits digits = { 0 };
    size_t from = scan->at;
    if (peek(scan) == '-')
        scan->at++;
    bool zero = peek(scan) == '0';
    size_t whole = take_digits(scan, &digits), count;
    if (whole == 0)
        return refuse(scan);
    if (zero && whole > 1)
        return refuse_at(scan, WG_JSON_SYNTAX, from);
    int c = peek(scan);
    bool integer = c != '.' && c != 'e' && c != 'E';
    if (c == '.') {
        scan->at++;
        if (take_digits(scan, &digits) == 0)
            return refuse(scan);
        c = peek(scan);
    }
    int64_t power = 0;
    count = digits.count;
    if ((c == 'e' || c == 'E') && !take_power(scan, &count, &power))
        return false;
    if (count > DIGITS)
        return refuse_at(scan, WG_JSON_NUMBER, from);
    if (integer)
        return (whole < 17 && digits.value <= UINT64_C(1) << 53) ||
               refuse_at(scan, WG_JSON_NUMBER, from);
    /* The value is d.ddd × 10^power with d not 0. */
    power += (int64_t)whole - (int64_t)digits.zeros - 1;
    bool more = digits.more || digits.first > '1';
    bool large = power > LARGEST || (power == LARGEST && more);
    return digits.first == 0 || !large || refuse_at(scan, WG_JSON_NUMBER, from);
}

static bool take_word(struct scan *scan, const char *word)
{
    for (; *word != '\0'; word++, scan->at++)
        if (peek(scan) != *word)
            return refuse(scan);
    return true;
}

/* ------------------------------------------------------------------ values */

static bool open_level(struct scan *scan, bool object)
{
    if (scan->depth == DEPTH)
        return refuse_at(scan, WG_JSON_DEPTH, scan->at);
    scan->levels[scan->depth++] = (struct level){ .object = object, .first = scan->held };
    scan->at++;
    return true;
}

static void close_level(struct scan *scan)
{
    scan->held = scan->levels[--scan->depth].first;
    scan->at++;
}

/* A value up to its end, or up to where its first member's value is awaited (*ret_inside). */
static bool take_value(struct scan *scan, bool *ret_inside)
{
    int c = peek_text(scan);
    *ret_inside = false;
    if (scan->values++ == VALUES)
        return refuse_at(scan, WG_JSON_LARGE, scan->at);
    switch (c) {
    case '"':
        return take_string(scan, NULL);
    case 't':
        return take_word(scan, "true");
    case 'f':
        return take_word(scan, "false");
    case 'n':
        return take_word(scan, "null");
    case '{':
    case '[':
        if (!open_level(scan, c == '{'))
            return false;
        if (peek_text(scan) == (c == '{' ? '}' : ']')) {
            close_level(scan);
            return true;
        }
        *ret_inside = true;
        return c == '[' || take_key(scan);
    default:
        return take_number(scan);
    }
}

/* After a value: closes what ends here; true with depth 0 at the end, or where a further value is
 * awaited. */
static bool after_value(struct scan *scan)
{
    while (scan->depth > 0) {
        bool object = scan->levels[scan->depth - 1].object;
        int c = peek_text(scan);
        if (c == ',') {
            scan->at++;
            return !object || take_key(scan);
        }
        if (c != (object ? '}' : ']'))
            return refuse(scan);
        close_level(scan);
    }
    return peek_text(scan) == -1 || refuse(scan);
}

struct wg_json_verdict wg_json_scan(const char *bytes, size_t length)
{
    struct scan scan; /* not zeroed: only what is used is ever written (50 kB) */
    bool inside;
    const uint64_t *random = (const uint64_t *)getauxval(AT_RANDOM);
    scan.bytes = bytes;
    scan.length = length;
    scan.at = scan.depth = scan.held = scan.values = 0;
    scan.verdict = (struct wg_json_verdict){ 0 };
    memcpy(scan.secret, random, sizeof scan.secret);
    if (peek_text(&scan) == -1)
        refuse_at(&scan, WG_JSON_EMPTY, scan.at);
    else
        while (take_value(&scan, &inside) && (inside || after_value(&scan)) &&
               (inside || scan.depth > 0))
            continue;
    return scan.verdict;
}

/* ------------------------------------------------------------------ for those who read it */

const char *wg_json_fault_text(enum wg_json_fault fault, int english)
{
    static const char *const texts[][2] = {
        [WG_JSON_FINE] = { "没有问题", "fine" },
        [WG_JSON_SYNTAX] = { "不是合法的 JSON (RFC 8259)", "not valid JSON (RFC 8259)" },
        [WG_JSON_UTF8] = { "不是合法的 UTF-8", "not valid UTF-8" },
        [WG_JSON_SURROGATE] = { "代理字符不成对", "a surrogate without its partner" },
        [WG_JSON_NUL] = { "不接受空字符 (U+0000)", "the character U+0000 is not accepted" },
        [WG_JSON_DEPTH] = { "嵌套超过 16 层", "nested more than 16 levels deep" },
        [WG_JSON_DUPLICATE] = { "同一对象中键名重复", "an object has the same key twice" },
        [WG_JSON_NUMBER] = { "数字超出范围 (整数 ±2^53, 其他不超过 1e300, 至多 40 位)",
                             "number out of range (integers ±2^53, others up to 1e300, at most 40 "
                             "digits)" },
        [WG_JSON_EMPTY] = { "内容为空", "empty" },
        [WG_JSON_LARGE] = { "超过 20,000 个值", "more than 20,000 values" },
    };
    return texts[fault][english != 0];
}
