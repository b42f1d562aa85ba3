/* Values of options that are lists. */
#ifndef LIMEN_CLI_VALUES_H
#define LIMEN_CLI_VALUES_H

#include <stddef.h>

/* A list "a,b,c" taken apart; blanks around names are dropped. */
struct name_list {
    const char **items;
    size_t count;
    char *text; /* that the items point into */
};

/* Returns 0, or prints what is wrong and returns the exit code. `option` is for the message. */
int parse_names(const char *option, const char *text, struct name_list *list);

void name_list_release(struct name_list *list);

#endif
