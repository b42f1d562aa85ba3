/* Sources of delimited text. A record is read in one pass: numbers are parsed where they stand, and
 * whatever is not a plain number followed by its delimiter takes a slower way, cell by cell. */
#include "io/csv_record.h"
#include "io/source.h"

#include <string.h>

enum { TEXT_BYTES = 256 * 1024 }; /* of the file in memory */

struct csv {
    limen_reader reader;
    limen_source *source;
    limen_csv_text text;
    limen_names header;
    limen_csv_columns columns;
    limen_csv_plan plan;
    int64_t body; /* bytes in front of the first record, and its line */
    int64_t body_line;
    int64_t step;             /* rows a batch */
    int64_t rows;             /* of the present batch */
    int64_t row;              /* the next one */
    double *scores, *weights; /* step rows each */
    int64_t *targets, *groups;
    int64_t *lines; /* that the rows begin on */
};

static limen_csv_record record_of(const struct csv *csv, int64_t row)
{
    return (limen_csv_record){
        .scores = csv->scores + row * csv->columns.scores.count,
        .targets = csv->targets + row * csv->columns.targets.count,
        .weight = csv->weights + row * csv->columns.weights.count,
        .group = csv->groups + row * csv->columns.groups.count,
        .line = csv->lines[row],
    };
}

/* Steps over lines without a character; returns 0 when the text has to be filled first. */
static int skip_empty_lines(limen_csv_text *text)
{
    for (;;) {
        const char *at = text->bytes + text->at;
        size_t left = text->length - text->at;
        size_t length = left > 0 && *at == '\r' ? 1 : 0;

        if (left <= length)
            return text->ended;
        if (at[length] != '\n')
            return 1;
        text->at += length + 1;
        text->line++;
    }
}

/* The next record, whatever it is like, into row `row` of the batch; *ended is 1 when there is
 * none. */
static limen_status next_record(struct csv *csv, int64_t row, int *ended, limen_error *error)
{
    limen_csv_text *text = &csv->text;

    for (;;) {
        limen_status status;
        int more = !skip_empty_lines(text);

        *ended = !more && text->at == text->length;
        if (*ended)
            return LIMEN_OK;
        if (!more) {
            const char *behind = NULL;
            limen_csv_record record;

            csv->lines[row] = text->line;
            record = record_of(csv, row);
            status = limen_csv_record_read(&csv->plan, text, text->bytes + text->at, &record,
                                           &behind, &more, error);
            if (status != LIMEN_OK)
                return status;
            if (!more) {
                text->line += 1 + record.newlines;
                text->at = (size_t)(behind - text->bytes);
                return LIMEN_OK;
            }
        }
        status = limen_csv_text_fill(text, error);
        if (status != LIMEN_OK)
            return status;
    }
}

/* `rows` rows of a block, as an array of the batch. */
static limen_array block_array(const void *data, limen_dtype dtype, int64_t rows, int64_t columns)
{
    return (limen_array){
        .data = data, .dtype = dtype, .shape = {rows, columns, 1}, .stride = {8 * columns, 8, 8}};
}

static limen_status csv_next(limen_reader *reader, limen_batch *batch, limen_error *error)
{
    struct csv *csv = (struct csv *)reader;
    const limen_csv_columns *columns = &csv->columns;
    int64_t rows = 0;

    for (; rows < csv->step; rows++) {
        int ended = 0;
        limen_status status = next_record(csv, rows, &ended, error);

        if (status != LIMEN_OK)
            return status;
        if (ended)
            break;
    }
    batch->scores = block_array(csv->scores, LIMEN_F64, rows, columns->scores.count);
    if (columns->targets.count)
        batch->targets = block_array(csv->targets, LIMEN_I64, rows, columns->targets.count);
    if (columns->weights.count)
        batch->weights = block_array(csv->weights, LIMEN_F64, rows, 1);
    if (columns->groups.count)
        batch->groups = block_array(csv->groups, LIMEN_I64, rows, 1);
    batch->row_offset = csv->row;
    csv->rows = rows;
    csv->row += rows;
    return LIMEN_OK;
}

static limen_status csv_rewind(limen_reader *reader, limen_error *error)
{
    struct csv *csv = (struct csv *)reader;
    limen_csv_text *text = &csv->text;
    limen_status status = limen_csv_text_rewind(text, error);

    while (status == LIMEN_OK && !text->ended && (int64_t)text->length < csv->body)
        status = limen_csv_text_fill(text, error);
    if (status != LIMEN_OK)
        return status;
    if ((int64_t)text->length < csv->body)
        return limen_fail(error, LIMEN_ERR_IO, "is shorter than when it was first read");
    text->at = (size_t)csv->body;
    text->line = csv->body_line;
    csv->row = csv->rows = 0;
    return LIMEN_OK;
}

static int64_t csv_position(const limen_reader *reader)
{
    const limen_stream *stream = ((const struct csv *)reader)->text.stream;

    return stream->position(stream);
}

static void csv_locate(const limen_reader *reader, limen_error *error)
{
    const struct csv *csv = (const struct csv *)reader;
    const limen_csv_columns *columns = &csv->columns;
    const limen_selection *const selections[] = {
        [LIMEN_INPUT_SCORES] = &columns->scores,
        [LIMEN_INPUT_TARGETS] = &columns->targets,
        [LIMEN_INPUT_WEIGHTS] = &columns->weights,
        [LIMEN_INPUT_GROUPS] = &columns->groups,
    };
    const limen_selection *selection = selections[error->input];
    int64_t row = error->row - (csv->row - csv->rows);
    int64_t column = selection->count == 1 ? 0 : error->column;

    if (error->row < 0 || row < 0 || row >= csv->rows)
        return;
    error->row = csv->lines[row];
    error->column = column >= 0 && column < selection->count ? selection->fields[column] + 1 : -1;
    error->input = LIMEN_INPUT_NONE;
}

static void csv_close(limen_reader *reader)
{
    struct csv *csv = (struct csv *)reader;
    limen_allocator allocator = csv->source->allocator;
    size_t rows = (size_t)csv->step;

    limen_csv_plan_release(&csv->plan);
    limen_delete(&allocator, csv->scores, rows, (size_t)csv->columns.scores.count * 8);
    limen_delete(&allocator, csv->targets, rows, (size_t)csv->columns.targets.count * 8);
    limen_delete(&allocator, csv->weights, rows, (size_t)csv->columns.weights.count * 8);
    limen_delete(&allocator, csv->groups, rows, (size_t)csv->columns.groups.count * 8);
    limen_delete(&allocator, csv->lines, rows, sizeof *csv->lines);
    limen_csv_columns_release(&csv->columns);
    limen_names_release(&csv->header);
    limen_csv_text_close(&csv->text);
    limen_delete(&allocator, csv, 1, sizeof *csv);
}

/* Without a comma, a tab in the header delimits; .tsv says so by itself. */
static char find_delimiter(const limen_csv_text *text, const char *name)
{
    const char *header = text->bytes + text->at;
    size_t left = text->length - text->at;
    const char *newline = memchr(header, '\n', left);
    size_t length = newline ? (size_t)(newline - header) : left;

    if (limen_path_ends(name, ".tsv") || limen_path_ends(name, ".tsv.gz"))
        return '\t';
    return memchr(header, '\t', length) && !memchr(header, ',', length) ? '\t' : ',';
}

static limen_status read_names(struct csv *csv, int *more, limen_error *error)
{
    limen_csv_text *text = &csv->text;
    const char *at = text->bytes + text->at;
    limen_csv_cell cell = {.last = 0};
    int64_t newlines = 0;

    limen_names_release(&csv->header);
    while (!cell.last) {
        limen_status status = limen_csv_text_cell(text, &at, &cell, more, error);

        if (status != LIMEN_OK || *more)
            return status;
        newlines += cell.newlines;
        status = limen_names_add(&csv->header, cell.bytes, cell.length, error);
        if (status != LIMEN_OK)
            return status;
    }
    text->at = at > text->bytes + text->length ? text->length : (size_t)(at - text->bytes);
    text->line += 1 + newlines;
    return LIMEN_OK;
}

static limen_status read_header(struct csv *csv, limen_error *error)
{
    limen_csv_text *text = &csv->text;
    int more = 1;

    while (text->length < 3 && !text->ended) {
        limen_status status = limen_csv_text_fill(text, error);

        if (status != LIMEN_OK)
            return status;
    }
    if (text->length >= 3 && memcmp(text->bytes, "\xef\xbb\xbf", 3) == 0)
        text->at = 3;
    if (text->length >= 3 && memcmp(text->bytes, "PK\x03", 3) == 0)
        return limen_fail(error, LIMEN_ERR_FORMAT,
                          "is a .npz, which cannot be read from a pipe: name the file, or use <");
    while (more) {
        limen_status status = LIMEN_OK;

        more = !skip_empty_lines(text);
        if (!more && text->at == text->length)
            return limen_fail(error, LIMEN_ERR_FORMAT,
                              "is empty; a header line with the names of the columns is wanted");
        text->delimiter = find_delimiter(text, csv->source->files[LIMEN_ROLE_TABLE]);
        if (!more)
            status = read_names(csv, &more, error);
        if (status == LIMEN_OK && more)
            status = limen_csv_text_fill(text, error);
        if (status != LIMEN_OK)
            return status;
    }
    csv->body = text->base + (int64_t)text->at;
    csv->body_line = text->line;
    return LIMEN_OK;
}

static limen_status make_blocks(struct csv *csv, int64_t block_bytes, limen_error *error)
{
    const limen_csv_columns *columns = &csv->columns;
    const limen_allocator *allocator = &csv->source->allocator;
    int64_t row_bytes = 8 * (columns->scores.count + columns->targets.count +
                             columns->weights.count + columns->groups.count + 1);
    size_t rows;

    csv->step = block_bytes < row_bytes ? 1 : block_bytes / row_bytes;
    rows = (size_t)csv->step;
    csv->scores = limen_new_raw(allocator, rows, (size_t)columns->scores.count * 8);
    csv->targets = limen_new_raw(allocator, rows, (size_t)columns->targets.count * 8);
    csv->weights = limen_new_raw(allocator, rows, (size_t)columns->weights.count * 8);
    csv->groups = limen_new_raw(allocator, rows, (size_t)columns->groups.count * 8);
    csv->lines = limen_new_raw(allocator, rows, sizeof *csv->lines);
    if (!csv->scores || !csv->targets || !csv->weights || !csv->groups || !csv->lines)
        return limen_fail_memory(error, (size_t)block_bytes);
    return LIMEN_OK;
}

static limen_status describe(struct csv *csv, limen_error *error)
{
    const limen_csv_columns *columns = &csv->columns;
    limen_source_info *info = &csv->source->info;
    limen_status status = LIMEN_OK;

    info->format = csv->text.delimiter == '\t' ? "tsv" : "csv";
    info->rows = -1;
    info->width = columns->scores.count;
    info->target_width = columns->targets.count;
    info->scores_ndim = info->width > 1 ? 2 : 1;
    info->targets_ndim = info->target_width > 1 ? 2 : (int32_t)info->target_width;
    info->scores = LIMEN_F64;
    info->targets = info->target_width ? LIMEN_I64 : LIMEN_NONE;
    info->weights = columns->weights.count ? LIMEN_F64 : LIMEN_NONE;
    info->groups = columns->groups.count ? LIMEN_I64 : LIMEN_NONE;
    info->bytes = csv->text.stream->size;
    for (int64_t i = 0; i < columns->scores.labels.count && status == LIMEN_OK; i++) {
        const char *label = columns->scores.labels.items[i];

        status = limen_names_add(&csv->source->labels, label, strlen(label), error);
    }
    return status;
}

limen_status limen_csv_open(limen_source *source, const limen_source_options *options,
                            limen_file *file, int gzip, limen_reader **reader, limen_error *error)
{
    const limen_allocator *allocator = &source->allocator;
    limen_stream *stream = NULL;
    struct csv *csv;
    limen_status status =
        gzip ? limen_stream_open_gzip(file, allocator, &stream, error)
             : limen_stream_open_file(file, options->keep, allocator, &stream, error);

    if (status != LIMEN_OK)
        return status;
    csv = limen_new(allocator, 1, sizeof *csv);
    if (!csv) {
        limen_stream_close(stream);
        return limen_fail_memory(error, sizeof *csv);
    }
    csv->source = source;
    csv->reader = (limen_reader){.next = csv_next,
                                 .rewind = csv_rewind,
                                 .position = csv_position,
                                 .locate = csv_locate,
                                 .close = csv_close};
    limen_names_init(&csv->header, allocator);
    status = limen_csv_text_open(&csv->text, stream, TEXT_BYTES, allocator, error);
    if (status != LIMEN_OK) {
        limen_delete(allocator, csv, 1, sizeof *csv);
        return status;
    }
    *reader = &csv->reader;
    status = read_header(csv, error);
    if (status == LIMEN_OK)
        status = limen_csv_columns_find(&csv->columns, &csv->header, options, allocator, error);
    if (status == LIMEN_OK)
        status = limen_csv_plan_make(&csv->plan, &csv->header, &csv->columns, allocator, error);
    if (status == LIMEN_OK)
        status = make_blocks(csv, options->block_bytes, error);
    return status == LIMEN_OK ? describe(csv, error) : status;
}
