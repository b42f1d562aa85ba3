/* How values look in a table. */
#include "report/digits.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>

#define DECIMALS 4

static const struct {
    const char *name, *title;
} titles[] = {
    {"f1", "F1"},
    {"fbeta", "F-beta"},
    {"mcc", "MCC"},
    {"auroc", "AUROC"},
};

const char *limen_report_title(const char *metric)
{
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (strcmp(titles[i].name, metric) == 0)
            return titles[i].title;
    return metric;
}

static int is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return 1;
    return 0;
}

int limen_report_is_count(const char *name)
{
    static const char *const counts[] = {"tp", "fp", "fn", "tn", "support"};

    return is_one_of(name, counts, sizeof counts / sizeof counts[0]);
}

int limen_report_is_base(const char *name)
{
    static const char *const others[] = {"name", "threshold", "offset", "prevalence"};

    return limen_report_is_count(name) || is_one_of(name, others, sizeof others / sizeof others[0]);
}

/* A NaN is a dash; a value that only the policy for 0/0 gave has a star behind it. */
static void put(limen_report *report, limen_grid *grid, int column, const limen_node *node,
                void (*format)(char *, double))
{
    char text[LIMEN_DIGITS_TEXT + 1] = "-";
    double value;

    if (!node)
        return;
    value = limen_node_number(node);
    if (isnan(value))
        report->dashes = 1;
    else
        format(text, value);
    if (!isnan(value) && !limen_node_defined(node)) {
        report->stars = 1;
        (void)strcat(text, "*");
    }
    limen_grid_set(grid, column, text);
}

static void format_metric(char *text, double value)
{
    limen_digits_fixed(text, value, DECIMALS);
}

void limen_report_metric(limen_report *report, limen_grid *grid, int column, const limen_node *node)
{
    if (node && limen_node_type(node) == LIMEN_NODE_INTEGER)
        limen_report_count(grid, column, node);
    else
        put(report, grid, column, node, format_metric);
}

void limen_report_share(limen_report *report, limen_grid *grid, int column, const limen_node *node)
{
    put(report, grid, column, node, limen_digits_share);
}

void limen_report_count(limen_grid *grid, int column, const limen_node *node)
{
    char text[LIMEN_DIGITS_TEXT];

    if (!node)
        return;
    limen_digits_count(text, limen_node_number(node));
    limen_grid_set(grid, column, text);
}

void limen_report_threshold(limen_grid *grid, int column, const limen_node *node)
{
    char text[LIMEN_DIGITS_TEXT];

    if (!node)
        return;
    limen_digits_fixed(text, limen_node_number(node), DECIMALS);
    limen_grid_set(grid, column, text);
}

void limen_report_set_name(const limen_report *report, int64_t set, char *text, size_t size)
{
    const limen_report_options *options = &report->options;

    if (options->set_names && set < options->set_count)
        (void)snprintf(text, size, "[%lld] %s", (long long)set + 1, options->set_names[set]);
    else
        (void)snprintf(text, size, "set %lld", (long long)set + 1);
}
