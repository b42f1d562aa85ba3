#include "io/csv_record.h"

#include "io/digits.h"
#include "io/number.h"

limen_status limen_csv_plan_make(limen_csv_plan *plan, const limen_names *header,
                                 const limen_csv_columns *columns, const limen_allocator *allocator,
                                 limen_error *error)
{
    const struct {
        limen_csv_kind kind;
        const limen_selection *selection;
    } parts[] = {{LIMEN_CSV_SCORE, &columns->scores},
                 {LIMEN_CSV_TARGET, &columns->targets},
                 {LIMEN_CSV_WEIGHT, &columns->weights},
                 {LIMEN_CSV_GROUP, &columns->groups}};
    limen_csv_field *fields = limen_new(allocator, (size_t)header->count, sizeof *fields);

    if (!fields)
        return limen_fail_memory(error, (size_t)header->count * sizeof *fields);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (int64_t slot = 0; slot < parts[i].selection->count; slot++)
            fields[parts[i].selection->fields[slot]] =
                (limen_csv_field){.kind = parts[i].kind, .slot = slot};
    for (int64_t i = header->count - 2; i >= 0; i--) {
        const limen_csv_field *next = fields + i + 1;

        fields[i].run = 1;
        if (next->kind == fields[i].kind && next->slot == fields[i].slot + 1)
            fields[i].run += next->run;
    }
    *plan = (limen_csv_plan){.allocator = *allocator, .header = header, .fields = fields};
    return LIMEN_OK;
}

void limen_csv_plan_release(limen_csv_plan *plan)
{
    if (plan->fields)
        limen_delete(&plan->allocator, plan->fields, (size_t)plan->header->count,
                     sizeof *plan->fields);
    plan->fields = NULL;
}

/* Not more than 40 bytes of a cell, and nothing that a terminal would act on. */
static void show_cell(const limen_csv_cell *cell, char *text, size_t size)
{
    size_t length = cell->length < size - 1 ? cell->length : size - 1;

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)cell->bytes[i];

        text[i] = (char)(byte < 0x20 || byte >= 0x7f ? '?' : byte);
    }
    text[length] = '\0';
}

static limen_status fail_cell(const limen_csv_plan *plan, int64_t field, const limen_csv_cell *cell,
                              const char *wanted, const limen_csv_record *record,
                              limen_error *error)
{
    int64_t line = record->line + record->newlines;
    char shown[41];

    if (cell->length == 0)
        return limen_fail_line(error, LIMEN_ERR_FORMAT, line, field + 1,
                               "the cell of column \"%.100s\" is empty; %s is wanted",
                               plan->header->items[field], wanted);
    show_cell(cell, shown, sizeof shown);
    return limen_fail_line(error, LIMEN_ERR_FORMAT, line, field + 1,
                           "\"%s\" in column \"%.100s\" is not %s", shown,
                           plan->header->items[field], wanted);
}

static limen_status fail_ragged(const limen_csv_plan *plan, int64_t field, int last, int64_t line,
                                limen_error *error)
{
    return limen_fail_line(
        error, LIMEN_ERR_FORMAT, line, -1, "has %s %lld fields where the header has %lld",
        last ? "only" : "more than", (long long)(field + 1), (long long)plan->header->count);
}

/* True and False, as other programs write booleans. */
static int read_truth(const limen_csv_cell *cell, int64_t *value)
{
    static const char *const words[] = {"false", "true"};

    for (int i = 0; i < 2; i++) {
        size_t length = strlen(words[i]);
        size_t same = 0;

        while (same < length && cell->length == length &&
               (cell->bytes[same] | 0x20) == words[i][same])
            same++;
        if (same == length) {
            *value = i;
            return 1;
        }
    }
    return 0;
}

static limen_status store_cell(const limen_csv_plan *plan, int64_t field,
                               const limen_csv_cell *cell, limen_csv_record *record,
                               limen_error *error)
{
    const limen_csv_field *column = &plan->fields[field];
    const char *wanted = "a number";
    int good = 1;

    switch (column->kind) {
    case LIMEN_CSV_SKIP:
        break;
    case LIMEN_CSV_SCORE:
        good = limen_number_read(cell->bytes, cell->length, &record->scores[column->slot]);
        break;
    case LIMEN_CSV_WEIGHT:
        good = limen_number_read(cell->bytes, cell->length, record->weight);
        break;
    case LIMEN_CSV_TARGET:
        wanted = "a whole number";
        good =
            limen_number_read_integer(cell->bytes, cell->length, &record->targets[column->slot]) ||
            read_truth(cell, &record->targets[column->slot]);
        break;
    case LIMEN_CSV_GROUP:
        wanted = "a whole number";
        good = limen_number_read_integer(cell->bytes, cell->length, record->group);
        break;
    }
    return good ? LIMEN_OK : fail_cell(plan, field, cell, wanted, record, error);
}

/* A field by the slow way. */
static limen_status read_cell(const limen_csv_plan *plan, limen_csv_text *text, int64_t field,
                              const char **at, limen_csv_record *record, int *more,
                              limen_error *error)
{
    limen_csv_cell cell;
    limen_status status = limen_csv_text_cell(text, at, &cell, more, error);

    if (status != LIMEN_OK) {
        if (error)
            error->row = record->line;
        return status;
    }
    if (*more)
        return LIMEN_OK;
    if (cell.last != (field + 1 == plan->header->count))
        return fail_ragged(plan, field, cell.last, record->line, error);
    status = store_cell(plan, field, &cell, record, error);
    record->newlines += cell.newlines;
    return status;
}

/* The delimiter or newline that ends a cell without quotes; eight bytes at a time. */
static const char *skip_cell(const char *at, char delimiter)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t highs = 0x8080808080808080u;
    const uint64_t delimiters = ones * (unsigned char)delimiter;
    const uint64_t newlines = ones * (unsigned char)'\n';

    for (;; at += 8) {
        uint64_t word, a, b;

        memcpy(&word, at, sizeof word);
        a = word ^ delimiters;
        b = word ^ newlines;
        if ((((a - ones) & ~a) | ((b - ones) & ~b)) & highs)
            break;
    }
    while (*at != delimiter && *at != '\n')
        at++;
    return at;
}

/* A field by the fast way: the byte behind it, or NULL when it is anything but plain. `end` lies
 * behind the padding, which ends every number. */
static inline const char *read_plain(const limen_csv_field *column, const char *at, const char *end,
                                     char delimiter, limen_csv_record *record)
{
    double number;

    switch (column->kind) {
    case LIMEN_CSV_SKIP:
        return *at == '"' ? NULL : skip_cell(at, delimiter);
    case LIMEN_CSV_SCORE:
        return limen_number_parse(at, end, &record->scores[column->slot]);
    case LIMEN_CSV_WEIGHT:
        return limen_number_parse(at, end, record->weight);
    case LIMEN_CSV_TARGET:
        if ((unsigned char)(at[0] - '0') < 10 && (at[1] == delimiter || at[1] == '\n')) {
            record->targets[column->slot] = at[0] - '0';
            return at + 1;
        }
        at = limen_number_parse(at, end, &number);
        return at && limen_number_whole(number, &record->targets[column->slot]) ? at : NULL;
    case LIMEN_CSV_GROUP:
        at = limen_number_parse(at, end, &number);
        return at && limen_number_whole(number, record->group) ? at : NULL;
    }
    return NULL;
}

/* Up to `count` scores such as 0.123456, each followed by the delimiter; returns how many there
 * were. Both the digits and the power of ten are exact doubles, so the quotient is rounded once. */
static int64_t read_scores(const char **cursor, char delimiter, double *scores, int64_t count)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    const char *at = *cursor;
    int64_t i = 0;

    for (; i < count; i++) {
        uint64_t whole = (unsigned char)at[0] - (uint64_t)'0';
        uint64_t word = limen_load8(at + 2);
        int digits = limen_count_digits(word);

        if (whole > 9 || at[1] != '.' || digits == 0 || at[2 + digits] != delimiter)
            break;
        scores[i] = ((double)whole * powers[digits] + (double)limen_join_digits(word, digits)) /
                    powers[digits];
        at += 3 + digits;
    }
    *cursor = at;
    return i;
}

/* Up to `count` targets of one digit, each followed by the delimiter; four zeros and ones at a
 * time. */
static int64_t read_targets(const char **cursor, char delimiter, int64_t *targets, int64_t count)
{
    const uint64_t four = 0x0001000100010001u;
    const uint64_t zeros = four * ('0' | (uint64_t)(unsigned char)delimiter << 8);
    const char *at = *cursor;
    int64_t i = 0;

    for (; i + 4 <= count; i += 4, at += 8) {
        uint64_t bits = limen_load8(at) ^ zeros;

        if (bits & ~four)
            break;
        for (int k = 0; k < 4; k++)
            targets[i + k] = (int64_t)(bits >> (16 * k) & 1);
    }
    for (; i < count && (unsigned char)(at[0] - '0') < 10 && at[1] == delimiter; i++, at += 2)
        targets[i] = at[0] - '0';
    *cursor = at;
    return i;
}

static int64_t read_run(const limen_csv_field *field, const char **at, char delimiter,
                        limen_csv_record *record)
{
    if (field->kind == LIMEN_CSV_SCORE)
        return read_scores(at, delimiter, record->scores + field->slot, field->run);
    if (field->kind == LIMEN_CSV_TARGET)
        return read_targets(at, delimiter, record->targets + field->slot, field->run);
    return 0;
}

limen_status limen_csv_record_read(const limen_csv_plan *plan, limen_csv_text *text, const char *at,
                                   limen_csv_record *record, const char **behind, int *more,
                                   limen_error *error)
{
    const char *end = text->bytes + text->length;
    int64_t fields = plan->header->count;
    char delimiter = text->delimiter;

    *more = 0;
    for (int64_t field = 0; field < fields;) {
        const char *next;
        char stop;

        field += read_run(&plan->fields[field], &at, delimiter, record);
        stop = field + 1 < fields ? delimiter : '\n';
        next = read_plain(&plan->fields[field], at, end + LIMEN_CSV_PADDING, delimiter, record);
        if (next && stop == '\n' && *next == '\r')
            next++;
        if (next && *next == stop) {
            at = next + 1;
        } else {
            limen_status status = read_cell(plan, text, field, &at, record, more, error);

            if (status != LIMEN_OK || *more)
                return status;
        }
        field++;
    }
    /* The newline of the padding ends a record only when nothing can follow. */
    *more = at > end && !text->ended;
    *behind = at > end ? end : at;
    return LIMEN_OK;
}
