#include "gate.h"

#include "message.h"
#include "suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *suffix;
    limen_average average;
} suffixes[] = {
    {"_micro", LIMEN_AVERAGE_MICRO},
    {"_macro", LIMEN_AVERAGE_MACRO},
    {"_weighted", LIMEN_AVERAGE_WEIGHTED},
    {"_samples", LIMEN_AVERAGE_SAMPLES},
};

/* ---- Parsing -------------------------------------------------------------------------------- */

static int unknown_metric(const char *name, int with_averages)
{
    struct suggestion suggestion;

    suggestion_start(&suggestion, name);
    for (int64_t i = 0; i < limen_metric_count(); i++) {
        const limen_metric *metric = limen_metric_at(i);
        char full[128];

        suggestion_offer(&suggestion, metric->name);
        for (size_t k = 0; with_averages && k < COUNT_OF(suffixes); k++) {
            if (!(metric->averages & (uint32_t)suffixes[k].average))
                continue;
            (void)snprintf(full, sizeof full, "%s%s", metric->name, suffixes[k].suffix);
            suggestion_offer(&suggestion, full);
        }
    }
    if (suggestion.nearest[0])
        return say_usage("no metric is called \"%s\"; did you mean %s?", name, suggestion.nearest);
    return say_usage("no metric is called \"%s\"; \"limen metrics\" lists them", name);
}

/* "f1_macro" is f1 with an average, "exact_match" a metric of its own. */
static int find_metric(struct gate *gate)
{
    size_t length = strlen(gate->name);

    gate->metric = limen_metric_find(gate->name);
    gate->average = LIMEN_AVERAGE_WHOLE;
    for (size_t i = 0; !gate->metric && i < COUNT_OF(suffixes); i++) {
        size_t tail = strlen(suffixes[i].suffix);
        char base[sizeof gate->name];

        if (length <= tail || strcmp(gate->name + length - tail, suffixes[i].suffix) != 0)
            continue;
        (void)snprintf(base, sizeof base, "%.*s", (int)(length - tail), gate->name);
        gate->metric = limen_metric_find(base);
        gate->average = suffixes[i].average;
    }
    return gate->metric ? 0 : unknown_metric(gate->name, 1);
}

static int parse_gate(struct gate *gate, const char *text, int over)
{
    const char *option = over ? "fail-over" : "fail-under";
    const char *equals = strrchr(text, '=');
    char *at;

    *gate = (struct gate){.text = text, .over = over};
    if (!equals || equals == text || !parse_number(equals + 1, &gate->bound) ||
        (size_t)(equals - text) >= sizeof gate->name)
        return say_usage("--%s takes NAME=NUMBER, such as f1_macro=0.4; not \"%s\"", option, text);
    (void)snprintf(gate->name, sizeof gate->name, "%.*s", (int)(equals - text), text);
    at = strchr(gate->name, '@');
    if (!at)
        return find_metric(gate);
    *at = '\0';
    gate->label = at + 1;
    gate->average = LIMEN_AVERAGE_NONE;
    gate->metric = limen_metric_find(gate->name);
    return gate->metric ? 0 : unknown_metric(gate->name, 0);
}

int gates_parse(struct gates *gates, const struct text_list *under, const struct text_list *over)
{
    int status = 0;

    *gates = (struct gates){.items = calloc(under->count + over->count + 1, sizeof *gates->items)};
    if (!gates->items)
        return say_failure("out of memory");
    for (size_t i = 0; i < under->count && !status; i++)
        status = parse_gate(&gates->items[gates->count++], under->items[i], 0);
    for (size_t i = 0; i < over->count && !status; i++)
        status = parse_gate(&gates->items[gates->count++], over->items[i], 1);
    return status;
}

void gates_release(struct gates *gates)
{
    free(gates->items);
    *gates = (struct gates){NULL, 0};
}

/* ---- Task ----------------------------------------------------------------------------------- */

/* The number of the label behind an "@"; 0 without one. */
static int find_label(struct gate *gate, const struct input *input)
{
    struct suggestion suggestion;
    int64_t number;

    if (!gate->label)
        return 0;
    suggestion_start(&suggestion, gate->label);
    for (int64_t i = 0; input->labels && i < input->spec.width; i++) {
        gate->index = i;
        if (strcmp(input->labels[i], gate->label) == 0)
            return 0;
        suggestion_offer(&suggestion, input->labels[i]);
    }
    if (!input->labels && parse_integer(gate->label, &number) && number >= 0 &&
        number < input->spec.width) {
        gate->index = number;
        return 0;
    }
    if (suggestion.nearest[0])
        return say_usage("no label is called \"%s\"; did you mean %s?", gate->label,
                         suggestion.nearest);
    return say_usage("no label is called \"%s\"", gate->label);
}

/* A metric without a suffix is the number of the whole, in a binary task that of its label. */
int gates_settle(struct gates *gates, const struct input *input)
{
    const limen_spec *spec = &input->spec;

    for (size_t i = 0; i < gates->count; i++) {
        struct gate *gate = &gates->items[i];
        const char *name = gate->metric->name;

        if (!(gate->metric->tasks >> spec->task & 1u))
            return say_usage("%s is no metric of this task; \"limen metrics\" tells which it has",
                             name);
        if (gate->average == LIMEN_AVERAGE_WHOLE &&
            !(gate->metric->averages & LIMEN_AVERAGE_WHOLE)) {
            if (spec->task != LIMEN_BINARY)
                return say_usage("%s has a value a label and averages; say %s_macro, %s_micro or "
                                 "%s@LABEL",
                                 name, name, name, name);
            gate->average = LIMEN_AVERAGE_NONE;
        }
        if (!(gate->metric->averages & (uint32_t)gate->average))
            return say_usage("%s does not come as \"%s\"; \"limen metrics\" tells what it has",
                             name, gate->text);
        if (find_label(gate, input))
            return EXIT_USAGE;
    }
    return 0;
}

/* ---- Checking ------------------------------------------------------------------------------- */

/* The number of one set; `values` has room for all labels. */
static int read_value(const struct gate *gate, const limen_tally *tally,
                      const limen_compute_options *options, int64_t set, double *values,
                      double *value)
{
    limen_average average = gate->average;
    limen_error error;
    if (limen_metric_values(gate->metric, tally, set, -1, average, options, values, NULL, &error) !=
        LIMEN_OK)
        return say_error(NULL, &error);
    *value = values[average == LIMEN_AVERAGE_NONE ? gate->index : 0];
    return 0;
}

static void say_failed(const struct gate *gate, const struct input *input, int64_t set,
                       double value)
{
    char place[160] = "";

    if (input->spec.sets > 1 && input->threshold_specs)
        (void)snprintf(place, sizeof place, "[%lld] %.120s: ", (long long)set + 1,
                       input->threshold_specs[set]);
    else if (input->spec.sets > 1)
        (void)snprintf(place, sizeof place, "[%lld]: ", (long long)set + 1);
    (void)say_failure("%s%s%s%s is %.6g, %s %.6g", place, gate->name, gate->label ? "@" : "",
                      gate->label ? gate->label : "", value, gate->over ? "over" : "under",
                      gate->bound);
}

int gates_check(const struct gates *gates, const struct input *input, const limen_tally *tally,
                const limen_compute_options *options)
{
    double *values = calloc((size_t)input->spec.width, sizeof *values);
    int failed = 0, status = values ? 0 : say_failure("out of memory");

    for (size_t i = 0; i < gates->count && !status; i++)
        for (int64_t set = 0; set < input->spec.sets && !status; set++) {
            const struct gate *gate = &gates->items[i];
            double value;

            status = read_value(gate, tally, options, set, values, &value);
            /* A NaN passes neither way. */
            if (status || (gate->over ? value <= gate->bound : value >= gate->bound))
                continue;
            say_failed(gate, input, set, value);
            failed = 1;
        }
    free(values);
    return status ? status : (failed ? EXIT_UNDER : EXIT_DONE);
}
