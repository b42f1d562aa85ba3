/* limen info: what a file holds; without a file, what this limen is. */
#include "command.h"
#include "input.h"
#include "message.h"

#include <stdio.h>
#include <string.h>

#define NAMES_SHOWN 8

struct info_options {
    const char *file;
    const char *score_columns, *target_columns;
};

#define INFO(field) .at = offsetof(struct info_options, field)

static const struct option options_of_info[] = {
    {NULL, "FILE", ".npy, .npz, .csv or .tsv; - is CSV on standard input", OPTION_TEXT, INFO(file)},
    {"score-columns", "NAMES", "CSV columns of the scores", OPTION_TEXT, INFO(score_columns)},
    {"target-columns", "NAMES", "CSV columns of the targets", OPTION_TEXT, INFO(target_columns)},
};
static const struct option_table table = OPTION_TABLE("Input", options_of_info);
static const struct option_group groups[] = {{&table, 0}};

static int finish(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return say_failure("standard output could not be written; is the disk full?");
    return EXIT_DONE;
}

static int describe_program(void)
{
    const char *name;

    (void)printf("limen    %s\nkernels  %s, of", limen_version(), limen_cpu_name());
    for (int i = 0; (name = limen_cpu_at(i)) != NULL; i++)
        (void)printf("%s %s", i ? "," : "", name);
    (void)printf("\nthreads  %d\n", (int)input_threads(0));
    return finish();
}

static void print_array(const char *name, limen_dtype dtype, int64_t rows, int64_t width, int ndim)
{
    if (dtype == LIMEN_NONE)
        return;
    (void)printf("%-8s %-8s ", name, limen_dtype_name(dtype));
    if (rows < 0)
        (void)printf("rows not counted");
    else
        (void)printf("%lld", (long long)rows);
    if (ndim > 1)
        (void)printf(" x %lld", (long long)width);
    (void)printf("\n");
}

/* The first names and the last, with the control characters of a hostile file left out. */
static void print_labels(const limen_source_info *info)
{
    if (info->label_count == 0)
        return;
    (void)printf("labels   %lld:", (long long)info->label_count);
    for (int64_t i = 0; i < info->label_count; i++) {
        if (i == NAMES_SHOWN - 1 && info->label_count > NAMES_SHOWN) {
            (void)printf(" ...,");
            i = info->label_count - 1;
        }
        (void)putchar(' ');
        for (const char *c = info->labels[i]; *c; c++)
            (void)putchar((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
        if (i + 1 < info->label_count)
            (void)putchar(',');
    }
    (void)putchar('\n');
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* A lone .npy is any array; a table may come without targets. */
static limen_status open_file(const struct info_options *options, limen_source **source,
                              const char **file, limen_error *error)
{
    limen_source_options with = {
        .size = sizeof with,
        .score_columns = options->score_columns,
        .target_columns = options->target_columns,
    };
    limen_status status;

    if (ends_with(options->file, ".npy")) {
        with.scores = options->file;
        with.without_targets = 1;
        return limen_source_open(&with, NULL, source, file, error);
    }
    with.table = options->file;
    status = limen_source_open(&with, NULL, source, file, error);
    if (status == LIMEN_OK || options->target_columns || strcmp(options->file, "-") == 0)
        return status;
    with.without_targets = 1;
    return limen_source_open(&with, NULL, source, file, NULL) == LIMEN_OK ? LIMEN_OK : status;
}

static int describe_file(const struct info_options *options)
{
    const limen_source_info *info;
    limen_source *source;
    const char *file = NULL;
    limen_error error;
    int lone = ends_with(options->file, ".npy");

    if (open_file(options, &source, &file, &error) != LIMEN_OK)
        return say_error(file, &error);
    info = limen_source_describe(source);
    (void)printf("format   %s\n", info->format);
    print_array(lone ? "array" : "scores", info->scores, info->rows, info->width,
                info->scores_ndim);
    print_array("targets", info->targets, info->rows, info->target_width, info->targets_ndim);
    print_array("weights", info->weights, info->rows, 1, 1);
    print_array("groups", info->groups, info->rows, 1, 1);
    print_labels(info);
    limen_source_close(source);
    return finish();
}

static int run(int argc, char **argv)
{
    struct info_options options = {.file = NULL};
    int status = options_parse(&info_command, &options, argc, argv);

    if (status)
        return status;
    return options.file ? describe_file(&options) : describe_program();
}

const struct command info_command = {
    .name = "info",
    .summary = "what a file holds; or version, kernels and threads",
    .usage = "[FILE] [OPTION...]",
    .about = "Reads headers only. Without a file, tells about this program.\n",
    .examples = "  limen info\n  limen info scores.npy\n  limen info data.npz\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
