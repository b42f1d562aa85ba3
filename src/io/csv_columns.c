#include "io/csv_columns.h"

#include "core/buffer.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define WILDCARDS "*?["

static void selection_init(limen_selection *selection, const limen_allocator *allocator)
{
    *selection = (limen_selection){.allocator = *allocator, .patterns = 1};
    limen_names_init(&selection->labels, allocator);
}

static void selection_release(limen_selection *selection)
{
    limen_delete(&selection->allocator, selection->fields, (size_t)selection->capacity,
                 sizeof *selection->fields);
    limen_names_release(&selection->labels);
    *selection = (limen_selection){.count = 0};
}

/* A field that is there already stays where it is. */
static limen_status selection_add(limen_selection *selection, int64_t field, const char *label,
                                  size_t length, limen_error *error)
{
    for (int64_t i = 0; i < selection->count; i++)
        if (selection->fields[i] == field)
            return LIMEN_OK;
    if (selection->count == selection->capacity) {
        int64_t capacity = selection->capacity ? 2 * selection->capacity : 16;
        int64_t *fields =
            limen_resize(&selection->allocator, selection->fields, (size_t)selection->capacity,
                         (size_t)capacity, sizeof *fields);

        if (!fields)
            return limen_fail_memory(error, (size_t)capacity * sizeof *fields);
        selection->fields = fields;
        selection->capacity = capacity;
    }
    selection->fields[selection->count++] = field;
    return limen_names_add(&selection->labels, label, length, error);
}

static void list_header(const limen_names *header, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (int64_t i = 0; i < header->count; i++) {
        size_t name = strlen(header->items[i]);

        if (name + 8 > size - length) {
            (void)snprintf(text + length, size - length, ", ...");
            return;
        }
        length +=
            (size_t)snprintf(text + length, size - length, "%s%s", i ? ", " : "", header->items[i]);
    }
}

static limen_status fail_no_column(const limen_names *header, const char *what, const char *wanted,
                                   limen_error *error)
{
    char list[200];

    list_header(header, list, sizeof list);
    return limen_fail_line(error, LIMEN_ERR_ARGUMENT, 1, -1,
                           "no column for the %s: the header has no %.100s; it has: %s", what,
                           wanted, list);
}

static limen_status add_exact(limen_selection *selection, const limen_names *header,
                              const char *name, size_t length, limen_error *error)
{
    int64_t first = limen_names_find(header, name, length);

    for (int64_t i = first + 1; first >= 0 && i < header->count; i++)
        if (strcmp(header->items[i], header->items[first]) == 0)
            return limen_fail_line(error, LIMEN_ERR_ARGUMENT, 1, i + 1,
                                   "the header names column \"%.100s\" twice",
                                   header->items[first]);
    if (first < 0)
        return LIMEN_OK;
    selection->patterns = 0;
    return selection_add(selection, first, name, length, error);
}

/* Labels lose what the pattern fixes at either end: p_* finds "joy" in "p_joy". */
static limen_status add_matching(limen_selection *selection, const limen_names *header,
                                 const char *pattern, limen_error *error)
{
    size_t prefix = strcspn(pattern, WILDCARDS);
    size_t suffix = 0;
    limen_status status = LIMEN_OK;

    while (!strchr(WILDCARDS "]", pattern[strlen(pattern) - 1 - suffix]))
        suffix++;
    for (int64_t i = 0; i < header->count && status == LIMEN_OK; i++) {
        const char *name = header->items[i];
        size_t length = strlen(name);

        if (fnmatch(pattern, name, 0) != 0)
            continue;
        if (prefix + suffix < length)
            status = selection_add(selection, i, name + prefix, length - prefix - suffix, error);
        else
            status = selection_add(selection, i, name, length, error);
    }
    return status;
}

/* One name or pattern; a name of the header goes before a pattern. */
static limen_status add_item(limen_selection *selection, const limen_names *header,
                             const char *item, size_t length, int quoted, limen_error *error)
{
    if (!quoted && strpbrk(item, WILDCARDS) && limen_names_find(header, item, length) < 0)
        return add_matching(selection, header, item, error);
    return add_exact(selection, header, item, length, error);
}

/* The next item of a list into `item`, up to its comma; quotes hold a name together. */
static const char *split_item(const char *list, limen_buffer *item, int *quoted)
{
    item->length = 0;
    *quoted = *list == '"';
    if (!*quoted) {
        size_t length = strcspn(list, ",");

        limen_buffer_add(item, list, length);
        return list + length;
    }
    for (list++; *list && !(list[0] == '"' && list[1] != '"'); list++) {
        list += *list == '"';
        limen_buffer_add(item, list, 1);
    }
    return *list ? list + 1 : NULL;
}

static limen_status select_list(limen_selection *selection, const limen_names *header,
                                const char *what, const char *list, limen_error *error)
{
    const char *at = list;
    limen_status status = LIMEN_OK;
    limen_buffer item;

    limen_buffer_init(&item, &selection->allocator);
    for (;;) {
        int64_t before = selection->count;
        int quoted;

        at = split_item(at, &item, &quoted);
        if (item.failed)
            status = limen_fail_memory(error, 0);
        else if (!at || (*at && *at != ','))
            status = limen_fail(error, LIMEN_ERR_ARGUMENT,
                                "the list of columns has a quote that is not closed: %.200s", list);
        else
            status = add_item(selection, header, item.length ? item.bytes : "", item.length, quoted,
                              error);
        if (status == LIMEN_OK && selection->count == before)
            status = fail_no_column(header, what, item.length ? item.bytes : "\"\"", error);
        if (status != LIMEN_OK || !*at)
            break;
        at++;
    }
    limen_buffer_release(&item);
    return status;
}

/* Without a list, the first usual name that the header has. */
static limen_status select_usual(limen_selection *selection, const limen_names *header,
                                 const char *what, const char *const *usual, const char *option,
                                 limen_error *error)
{
    for (int i = 0; usual[i]; i++) {
        limen_status status = add_item(selection, header, usual[i], strlen(usual[i]), 0, error);

        if (status != LIMEN_OK || selection->count > 0)
            return status;
    }
    return fail_no_column(header, what, option, error);
}

static limen_status find_scores(limen_selection *selection, const limen_names *header,
                                const char *list, limen_error *error)
{
    static const char *const usual[] = {"score", "score_*", "p_*", "prob_*", NULL};

    if (list)
        return select_list(selection, header, "scores", list, error);
    return select_usual(selection, header, "scores", usual, "score, score_*, p_* or prob_*", error);
}

static limen_status find_targets(limen_selection *selection, const limen_names *header,
                                 const char *list, limen_error *error)
{
    static const char *const usual[] = {"target", "target_*", "y_*", "y", "label", NULL};

    if (list)
        return select_list(selection, header, "targets", list, error);
    return select_usual(selection, header, "targets", usual, "target, target_*, y_*, y or label",
                        error);
}

static limen_status find_one(limen_selection *selection, const limen_names *header,
                             const char *what, const char *name, limen_error *error)
{
    limen_status status;

    if (!name)
        return LIMEN_OK;
    status = add_exact(selection, header, name, strlen(name), error);
    if (status == LIMEN_OK && selection->count == 0)
        status = fail_no_column(header, what, name, error);
    return status;
}

static limen_status check_pairs(const limen_selection *scores, const limen_selection *targets,
                                const limen_names *header, limen_error *error)
{
    if (targets->count != scores->count && targets->count > 1)
        return limen_fail_line(error, LIMEN_ERR_SHAPE, 1, -1,
                               "there are %lld score columns and %lld target columns; give one "
                               "target a score, or one of class numbers",
                               (long long)scores->count, (long long)targets->count);
    if (targets->count != scores->count || !scores->patterns || !targets->patterns ||
        scores->count < 2)
        return LIMEN_OK;
    for (int64_t i = 0; i < scores->count; i++)
        if (strcmp(scores->labels.items[i], targets->labels.items[i]) != 0)
            return limen_fail_line(
                error, LIMEN_ERR_ARGUMENT, 1, targets->fields[i] + 1,
                "score column \"%.100s\" would go with target column \"%.100s\"; bring the "
                "columns into the same order, or list them by name",
                header->items[scores->fields[i]], header->items[targets->fields[i]]);
    return LIMEN_OK;
}

/* A field is one thing only. */
static limen_status check_overlap(const limen_csv_columns *columns, const limen_names *header,
                                  limen_error *error)
{
    const limen_selection *const all[] = {&columns->scores, &columns->targets, &columns->weights,
                                          &columns->groups};
    limen_status status = LIMEN_OK;
    char *used = limen_new(&columns->scores.allocator, (size_t)header->count, 1);

    if (!used)
        return limen_fail_memory(error, (size_t)header->count);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (int64_t j = 0; j < all[i]->count && status == LIMEN_OK; j++) {
            int64_t field = all[i]->fields[j];

            if (used[field])
                status = limen_fail_line(error, LIMEN_ERR_ARGUMENT, 1, field + 1,
                                         "column \"%.100s\" is asked for twice, as scores, "
                                         "targets, weights or groups",
                                         header->items[field]);
            used[field] = 1;
        }
    limen_delete(&columns->scores.allocator, used, (size_t)header->count, 1);
    return status;
}

limen_status limen_csv_columns_find(limen_csv_columns *columns, const limen_names *header,
                                    const limen_source_options *options,
                                    const limen_allocator *allocator, limen_error *error)
{
    limen_status status;

    selection_init(&columns->scores, allocator);
    selection_init(&columns->targets, allocator);
    selection_init(&columns->weights, allocator);
    selection_init(&columns->groups, allocator);
    status = find_scores(&columns->scores, header, options->score_columns, error);
    if (status == LIMEN_OK && !options->without_targets)
        status = find_targets(&columns->targets, header, options->target_columns, error);
    if (status == LIMEN_OK)
        status = find_one(&columns->weights, header, "weights", options->weight_column, error);
    if (status == LIMEN_OK)
        status = find_one(&columns->groups, header, "groups", options->group_column, error);
    if (status == LIMEN_OK)
        status = check_pairs(&columns->scores, &columns->targets, header, error);
    if (status == LIMEN_OK)
        status = check_overlap(columns, header, error);
    if (status != LIMEN_OK)
        limen_csv_columns_release(columns);
    return status;
}

void limen_csv_columns_release(limen_csv_columns *columns)
{
    selection_release(&columns->scores);
    selection_release(&columns->targets);
    selection_release(&columns->weights);
    selection_release(&columns->groups);
}
