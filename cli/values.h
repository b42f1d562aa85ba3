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

/* Both return 0, or print what is wrong and return the exit code. `option` is for the message. */
int parse_names(const char *option, const char *text, struct name_list *list);

/* "fp=1,fn=5" into the costs of a tp, fp, tn, fn; those not named are 0. */
int parse_cost(const char *text, double cost[4]);

void name_list_release(struct name_list *list);

#endif
