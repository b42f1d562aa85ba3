/* limen info: what a file holds; without a file, what this limen is. */
#include "command.h"
#include "input.h"
#include "message.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAMES_SHOWN 8

struct info_options {
    const char *file;
    const char *score_columns, *target_columns;
};

#define INFO(field) .at = offsetof(struct info_options, field)

static const struct option options_of_info[] = {
    {NULL, "FILE", ".npy, .npz, .csv, .tsv or a tally; - is CSV on\nstandard input", OPTION_TEXT,
     INFO(file)},
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

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
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
static void print_labels(const char *const *labels, int64_t count)
{
    if (!labels || count == 0)
        return;
    (void)printf("labels   %lld:", (long long)count);
    for (int64_t i = 0; i < count; i++) {
        if (i == NAMES_SHOWN - 1 && count > NAMES_SHOWN) {
            (void)printf(" ...,");
            i = count - 1;
        }
        (void)putchar(' ');
        for (const char *c = labels[i]; *c; c++)
            (void)putchar((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
        if (i + 1 < count)
            (void)putchar(',');
    }
    (void)putchar('\n');
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

/* ---- Tallies ------------------------------------------------------------------------------- */

/* By its name, or else by its first bytes; those of a pipe are read once. */
static int is_tally(const char *path)
{
    static const unsigned char magic[] = {0x89, 'L', 'I', 'M', 'E', 'N', '\r', '\n'};
    unsigned char start[sizeof magic] = {0};
    struct stat info;
    FILE *file;
    size_t got;

    if (ends_with(path, ".tally"))
        return 1;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return 0;
    file = fopen(path, "rb");
    got = file ? fread(start, 1, sizeof start, file) : 0;
    if (file)
        (void)fclose(file);
    return got == sizeof magic && memcmp(start, magic, sizeof magic) == 0;
}

static void print_states(uint32_t states)
{
    static const char *const names[] = {"counts",    "confusion", "samples",     "scores",
                                        "histogram", "ranking",   "calibration", "hinge"};
    const char *before = "states   ";

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!(states >> i & 1))
            continue;
        (void)printf("%s%s", before, names[i]);
        before = ", ";
    }
    (void)putchar('\n');
}

static int describe_tally(const char *path)
{
    static const char *const tasks[] = {"?", "binary", "multiclass", "multilabel"};
    const limen_spec *spec;
    limen_tally *tally = NULL;
    limen_error error;

    if (limen_tally_load(path, NULL, &tally, &error) != LIMEN_OK)
        return say_error(path, &error);
    spec = limen_tally_spec(tally);
    (void)printf("format   tally\ntask     %s\nsamples  %lld\n", tasks[spec->task],
                 (long long)limen_tally_samples(tally));
    (void)printf("width    %lld\n", (long long)spec->width);
    print_labels(limen_tally_labels(tally), spec->width);
    print_states(spec->states);
    if (spec->score_dtype != LIMEN_NONE)
        (void)printf("scores   %s%s\n", limen_dtype_name(spec->score_dtype),
                     spec->logits ? ", logits" : "");
    if (spec->task != LIMEN_MULTICLASS)
        (void)printf("rule     %s\n", spec->rule == LIMEN_GE ? "ge" : "gt");
    if (spec->sets > 1)
        (void)printf("sets     %lld\n", (long long)spec->sets);
    if (spec->top_k > 1)
        (void)printf("top-k    %d\n", (int)spec->top_k);
    if (spec->groups > 0)
        (void)printf("groups   %lld\n", (long long)spec->groups);
    if (spec->weighted)
        (void)printf("weighted\n");
    if (spec->has_ignore_index)
        (void)printf("ignored  targets of %lld\n", (long long)spec->ignore_index);
    limen_tally_destroy(tally);
    return finish();
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
    print_labels(info->labels, info->label_count);
    limen_source_close(source);
    return finish();
}

static int run(int argc, char **argv)
{
    struct info_options options = {.file = NULL};
    int status = options_parse(&info_command, &options, argc, argv);

    if (status)
        return status;
    if (!options.file)
        return describe_program();
    return is_tally(options.file) ? describe_tally(options.file) : describe_file(&options);
}

const struct command info_command = {
    .name = "info",
    .summary = "what a file holds; or version, kernels and threads",
    .usage = "[FILE] [OPTION...]",
    .about =
        "Reads headers only, of a tally all of it. Without a file, tells about this program.\n",
    .examples =
        "  limen info\n  limen info scores.npy\n  limen info data.npz\n  limen info all.tally\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
