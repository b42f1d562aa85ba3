#include "require.h"

#include "message.h"

#include <stdlib.h>
#include <string.h>

static int find_label(const char *name, int64_t width, const char *const *labels, int64_t *label)
{
    if (!labels)
        return parse_integer(name, label) && *label >= 0 && *label < width;
    for (*label = 0; *label < width; ++*label)
        if (strcmp(labels[*label], name) == 0)
            return 1;
    return 0;
}

/* One condition, which ends at the NUL. A label may hold any character but the comma: the metric
 * begins behind the last colon. */
static int read_one(char *text, int64_t width, const char *const *labels,
                    limen_constraint *constraint)
{
    char *sense = strstr(text, ">=") ? strstr(text, ">=") : strstr(text, "<=");
    char *colon;

    text += strspn(text, " ");
    *constraint = (limen_constraint){.metric = text, .label = -1};
    if (!sense || !parse_number(sense + 2, &constraint->bound))
        return say_usage("--require takes conditions such as precision>=0.9 or "
                         "joy:recall>=0.5; not \"%s\"",
                         text);
    constraint->sense = *sense == '>' ? LIMEN_AT_LEAST : LIMEN_AT_MOST;
    *sense = '\0';
    colon = strrchr(text, ':');
    if (!colon)
        return 0;
    *colon = '\0';
    constraint->metric = colon + 1;
    if (!find_label(text, width, labels, &constraint->label))
        return say_usage("--require names the label \"%s\", which the data do not have", text);
    return 0;
}

static int read_list(char *text, int64_t width, const char *const *labels,
                     struct requirements *requirements)
{
    int status = 0;

    while (text && !status) {
        char *comma = strchr(text, ',');
        limen_constraint *moved = realloc(requirements->items, ((size_t)requirements->count + 1) *
                                                                   sizeof *requirements->items);

        if (!moved)
            return say_failure("out of memory");
        requirements->items = moved;
        if (comma)
            *comma = '\0';
        status = read_one(text, width, labels, &moved[requirements->count++]);
        text = comma ? comma + 1 : NULL;
    }
    return status;
}

int requirements_read(const struct text_list *lists, int64_t width, const char *const *labels,
                      struct requirements *requirements)
{
    int status = 0;

    *requirements = (struct requirements){.texts = calloc(lists->count + 1, sizeof(char *))};
    if (!requirements->texts)
        return say_failure("out of memory");
    for (size_t i = 0; i < lists->count && !status; i++) {
        char *copy = malloc(strlen(lists->items[i]) + 1);

        if (!copy)
            return say_failure("out of memory");
        requirements->texts[requirements->text_count++] = strcpy(copy, lists->items[i]);
        status = read_list(copy, width, labels, requirements);
    }
    return status;
}

void requirements_release(struct requirements *requirements)
{
    for (size_t i = 0; i < requirements->text_count; i++)
        free(requirements->texts[i]);
    free(requirements->texts);
    free(requirements->items);
    *requirements = (struct requirements){.items = NULL};
}
