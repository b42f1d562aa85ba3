#include "io/source.h"

#include <string.h>

static const char *option_file(const limen_source_options *options, limen_role role)
{
    const char *const files[LIMEN_ROLE_COUNT] = {
        [LIMEN_ROLE_TABLE] = options->table,     [LIMEN_ROLE_SCORES] = options->scores,
        [LIMEN_ROLE_TARGETS] = options->targets, [LIMEN_ROLE_WEIGHTS] = options->weights,
        [LIMEN_ROLE_GROUPS] = options->groups,   [LIMEN_ROLE_LABELS] = options->labels,
    };

    /* All arrays of a table are in the table. */
    if (options->table && role != LIMEN_ROLE_LABELS)
        return options->table;
    return files[role];
}

/* A table is known by its first bytes; what has none of these marks is text. */
static limen_status open_table(limen_source *source, const limen_source_options *options,
                               limen_error *error)
{
    unsigned char mark[6] = {0};
    size_t got = 0;
    limen_file file;
    limen_status status = limen_file_open(&file, options->table, error);

    if (status == LIMEN_OK && file.size > 0)
        status = limen_file_read_at(&file, 0, mark, sizeof mark, &got, error);
    if (status != LIMEN_OK) {
        limen_file_close(&file);
        return status;
    }
    if (memcmp(mark, "\x93NUMPY", 6) == 0) {
        limen_file_close(&file);
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "is one array; give it as scores, with targets in a file of their own");
    }
    if (memcmp(mark, "PK", 2) == 0 || limen_path_ends(options->table, ".npz"))
        return limen_npz_open(source, options, &file, &source->reader, error);
    return limen_csv_open(source, options, &file, mark[0] == 0x1f && mark[1] == 0x8b,
                          &source->reader, error);
}

static limen_status open_labels(limen_source *source, const limen_source_options *options,
                                limen_error *error)
{
    limen_source_info *info = &source->info;
    limen_status status = LIMEN_OK;

    if (options->labels) {
        source->at_fault = LIMEN_ROLE_LABELS;
        limen_names_release(&source->labels);
        status = limen_names_read_file(&source->labels, options->labels, error);
    }
    if (status == LIMEN_OK)
        status = limen_names_check(&source->labels, error);
    if (status != LIMEN_OK || source->labels.count == 0)
        return status;
    /* One column may be class numbers, and then the classes have the names. */
    if (info->width > 1 && source->labels.count != info->width)
        return limen_fail(error, LIMEN_ERR_SHAPE, "there are %lld label names for %lld columns",
                          (long long)source->labels.count, (long long)info->width);
    info->labels = (const char *const *)source->labels.items;
    info->label_count = source->labels.count;
    return LIMEN_OK;
}

static limen_status copy_file_names(limen_source *source, const limen_source_options *options,
                                    limen_error *error)
{
    for (int role = 0; role < LIMEN_ROLE_COUNT; role++) {
        const char *file = option_file(options, (limen_role)role);

        if (!file)
            continue;
        source->files[role] = limen_copy_string(&source->allocator, file);
        if (!source->files[role])
            return limen_fail_memory(error, strlen(file) + 1);
    }
    return LIMEN_OK;
}

static limen_status check_options(const limen_source_options *options, limen_error *error)
{
    if (options->table &&
        (options->scores || options->targets || options->weights || options->groups))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "a table holds scores and targets itself; give either a table or files "
                          "for each");
    if (!options->table && !options->scores)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "there are no scores; give a table or scores");
    if (!options->table && !options->targets && !options->without_targets)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "there are no targets; give a file of them");
    if (options->block_bytes < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "block_bytes is negative");
    return LIMEN_OK;
}

static limen_status open_all(limen_source *source, const limen_source_options *options,
                             limen_error *error)
{
    limen_status status = copy_file_names(source, options, error);

    if (status != LIMEN_OK)
        return status;
    if (options->table)
        status = open_table(source, options, error);
    else
        status = limen_npy_open(source, options, &source->reader, error);
    return status == LIMEN_OK ? open_labels(source, options, error) : status;
}

limen_status limen_source_open(const limen_source_options *options,
                               const limen_allocator *allocator, limen_source **source,
                               const char **file, limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_source_options known = {0};
    limen_source *made;
    limen_status status;

    if (file)
        *file = NULL;
    if (options->size == 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "limen_source_options.size is not set");
    memcpy(&known, options, options->size < sizeof known ? options->size : sizeof known);
    status = check_options(&known, error);
    if (status != LIMEN_OK)
        return status;
    if (known.block_bytes == 0)
        known.block_bytes = 4 << 20;
    made = limen_new(&memory, 1, sizeof *made);
    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    made->info.size = sizeof made->info;
    limen_names_init(&made->labels, &memory);
    status = open_all(made, &known, error);
    if (status != LIMEN_OK) {
        if (file && status != LIMEN_ERR_MEMORY)
            *file = option_file(&known, made->at_fault);
        limen_source_close(made);
        return status;
    }
    *source = made;
    return LIMEN_OK;
}

const limen_source_info *limen_source_describe(const limen_source *source)
{
    return &source->info;
}

limen_status limen_source_next(limen_source *source, limen_batch *batch, limen_error *error)
{
    limen_batch made = {.size = sizeof made};
    limen_status status = source->failure.code;

    if (status == LIMEN_OK) {
        status = source->reader->next(source->reader, &made, &source->failure);
        source->failure.code = status;
    }
    if (status == LIMEN_OK)
        *batch = made;
    else if (error)
        *error = source->failure;
    return status;
}

limen_status limen_source_rewind(limen_source *source, limen_error *error)
{
    limen_status status = source->reader->rewind(source->reader, error);

    if (status == LIMEN_OK)
        source->failure.code = LIMEN_OK;
    return status;
}

int64_t limen_source_position(const limen_source *source)
{
    return source->reader->position(source->reader);
}

const char *limen_source_locate(const limen_source *source, limen_error *error)
{
    limen_input input = error ? error->input : LIMEN_INPUT_NONE;

    if (input == LIMEN_INPUT_NONE)
        return source->files[source->at_fault];
    if (source->reader->locate)
        source->reader->locate(source->reader, error);
    return source->files[input];
}

void limen_source_close(limen_source *source)
{
    limen_allocator allocator;

    if (!source)
        return;
    allocator = source->allocator;
    if (source->reader)
        source->reader->close(source->reader);
    limen_names_release(&source->labels);
    for (int role = 0; role < LIMEN_ROLE_COUNT; role++)
        limen_delete_string(&allocator, source->files[role]);
    limen_delete(&allocator, source, 1, sizeof *source);
}
