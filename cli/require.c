#include "require.h"

#include "message.h"

#include <stdlib.h>
#include <string.h>

static int read_one(const struct item *item, limen_constraint *constraint)
{
    char *sense = strstr(item->text, ">=") ? strstr(item->text, ">=") : strstr(item->text, "<=");

    *constraint = (limen_constraint){.metric = item->text, .label = item->label};
    if (!sense || sense == item->text || !parse_number(item_trim(sense + 2), &constraint->bound))
        return say_usage("--require takes conditions such as precision>=0.9 or "
                         "joy:recall>=0.5; not \"%s\"",
                         item->text);
    constraint->sense = *sense == '>' ? LIMEN_AT_LEAST : LIMEN_AT_MOST;
    *sense = '\0';
    constraint->metric = item_trim(item->text);
    return 0;
}

int requirements_read(const struct text_list *lists, int64_t width, const char *const *labels,
                      struct requirements *requirements)
{
    struct item_list *list = &requirements->list;
    int status;

    *requirements = (struct requirements){.items = NULL};
    status = items_read("require", lists, width, labels, list);
    if (status)
        return status;
    requirements->items = calloc(list->count + 1, sizeof *requirements->items);
    if (!requirements->items)
        return say_failure("out of memory");
    for (size_t i = 0; i < list->count && !status; i++)
        status = read_one(&list->items[i], &requirements->items[requirements->count++]);
    return status;
}

void requirements_release(struct requirements *requirements)
{
    items_release(&requirements->list);
    free(requirements->items);
    *requirements = (struct requirements){.items = NULL};
}
