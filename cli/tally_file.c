#include "tally_file.h"

#include "message.h"

#define TALLY(field) .at = offsetof(struct tally_options, field)

static const struct option tally_file_options[] = {
    {"tally", "FILE", "in place of data: what --save-tally, merge or Python\nwrote", OPTION_TEXT,
     TALLY(load)},
    {"save-tally", "FILE", "keep the tally, to report on it again or to merge it", OPTION_TEXT,
     TALLY(save)},
};

const struct option_table tally_file_table = OPTION_TABLE("Tally", tally_file_options);

int tally_settles(const struct tally_options *options, int given, const char *option)
{
    if (!options->load || !given)
        return 0;
    return say_usage("--%s does not go with --tally: %s was counted without it", option,
                     options->load);
}

/* Options of data, one of which was given. */
static const char *data_option(const struct input_options *data)
{
    const limen_source_options *source = &data->source;
    const struct {
        const char *name;
        int given;
    } options[] = {
        {"TABLE", source->table != NULL},
        {"--scores", source->scores != NULL},
        {"--targets", source->targets != NULL},
        {"--weights", source->weights != NULL},
        {"--groups", source->groups != NULL},
        {"--labels", source->labels != NULL},
        {"--score-columns", source->score_columns != NULL},
        {"--target-columns", source->target_columns != NULL},
        {"--weight-column", source->weight_column != NULL},
        {"--group-column", source->group_column != NULL},
        {"--ignore-index", data->has_ignore_index},
        {"--task", data->task != 0},
        {"--logits", data->logits},
        {"--nan", data->nan != 0},
        {"--rule", data->rule_given},
    };

    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (options[i].given)
            return options[i].name;
    return NULL;
}

int tally_load(const struct tally_options *options, const struct input_options *data,
               struct input *input, limen_tally **tally)
{
    const char *option = data_option(data);
    limen_error error;

    *input = (struct input){.options = data};
    if (option)
        return say_usage("%s does not go with --tally, which stands in place of data", option);
    if (limen_tally_load(options->load, NULL, tally, &error) != LIMEN_OK)
        return say_error(options->load, &error);
    input->spec = *limen_tally_spec(*tally);
    input->labels = limen_tally_labels(*tally);
    return 0;
}

int tally_save(const struct tally_options *options, const struct input *input, limen_tally *tally)
{
    limen_error error;

    if (!options->save)
        return 0;
    if (input->labels != limen_tally_labels(tally) &&
        limen_tally_set_labels(tally, input->labels, &error) != LIMEN_OK)
        return say_error(NULL, &error);
    if (limen_tally_save(tally, options->save, NULL, &error) != LIMEN_OK)
        return say_output_error(options->save, &error);
    return 0;
}
