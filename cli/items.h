/* Options that are lists of items, each of which may be about one label: "fp=1,joy:fn=5", or
 * "@FILE", whose lines are items (blank ones and those that begin with # are not). */
#ifndef LIMEN_CLI_ITEMS_H
#define LIMEN_CLI_ITEMS_H

#include "options.h"

struct item {
    char *text;    /* without the label */
    int64_t label; /* -1: none named */
};

struct item_list {
    struct item *items;
    size_t count;
    char **texts; /* that the items point into */
    size_t text_count;
};

/* Takes all lists apart. A label ends at an item's last colon; `labels` NULL: labels are numbers.
 * Returns 0, or prints what is wrong and returns the exit code. Released in any case. */
int items_read(const char *option, const struct text_list *lists, int64_t width,
               const char *const *labels, struct item_list *list);
/* Without the blanks around it, in place. */
char *item_trim(char *text);

void items_release(struct item_list *list);

#endif
