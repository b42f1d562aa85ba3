/* limen merge: tallies of parts of the data to the tally of all of it. */
#include "command.h"
#include "message.h"

#include "limen_io.h"

struct merge_options {
    struct text_list tallies;
    const char *output;
};

#define MERGE(field) .at = offsetof(struct merge_options, field)

static const struct option merge_option_list[] = {
    {NULL, "TALLY", "what --save-tally, merge or Python wrote", OPTION_TEXTS, MERGE(tallies)},
    {"output", "FILE", "the tally of all; it may be one of those read", OPTION_TEXT, MERGE(output),
     .letter = 'o'},
};
static const struct option_table merge_table = OPTION_TABLE("Files", merge_option_list);
static const struct option_group groups[] = {{&merge_table, 0}};

static int add_tally(limen_tally *sum, const char *first, const char *path)
{
    limen_tally *tally = NULL;
    limen_error error;
    int status = 0;

    if (limen_tally_load(path, NULL, &tally, &error) != LIMEN_OK)
        return say_error(path, &error);
    if (limen_tally_merge(sum, tally, &error) != LIMEN_OK) {
        if (error.code == LIMEN_ERR_CONFIG)
            status = say_failure("%s: its configuration is not that of %s: %s", path, first,
                                 error.message);
        else
            status = say_error(path, &error);
    }
    limen_tally_destroy(tally);
    return status;
}

static int merge(const struct merge_options *options)
{
    const char *const *paths = options->tallies.items;
    limen_tally *sum = NULL;
    limen_error error;
    int status = 0;

    if (options->tallies.count == 0)
        return say_usage("no input; give the tallies to merge");
    if (!options->output)
        return say_usage("no output; give -o FILE");
    if (limen_tally_load(paths[0], NULL, &sum, &error) != LIMEN_OK)
        return say_error(paths[0], &error);
    for (size_t i = 1; i < options->tallies.count && !status; i++)
        status = add_tally(sum, paths[0], paths[i]);
    if (!status && limen_tally_save(sum, options->output, NULL, &error) != LIMEN_OK)
        status = say_output_error(options->output, &error);
    limen_tally_destroy(sum);
    return status;
}

static int run(int argc, char **argv)
{
    struct merge_options options = {.output = NULL};
    int status = options_parse(&merge_command, &options, argc, argv);

    if (status)
        return status;
    status = merge(&options);
    options_release(&merge_command, &options);
    return status;
}

const struct command merge_command = {
    .name = "merge",
    .summary = "one tally of the tallies of parts",
    .usage = "TALLY... -o FILE",
    .about =
        "Adds tallies that were counted alike: the same labels, thresholds, rule and states. The\n"
        "sum is the tally that counting all of their data would have made.\n",
    .examples = "  limen eval part1.npz --save-tally part1.tally\n"
                "  limen eval part2.npz --save-tally part2.tally\n"
                "  limen merge part1.tally part2.tally -o all.tally\n"
                "  limen eval --tally all.tally\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
