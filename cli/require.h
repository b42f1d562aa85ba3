/* The conditions of --require: "precision>=0.9,joy:recall>=0.5" (items.h). */
#ifndef LIMEN_CLI_REQUIRE_H
#define LIMEN_CLI_REQUIRE_H

#include "items.h"
#include "limen.h"

struct requirements {
    limen_constraint *items;
    int64_t count;
    struct item_list list; /* that the items point into */
};

/* Returns 0, or prints what is wrong and returns the exit code. Released in any case. */
int requirements_read(const struct text_list *lists, int64_t width, const char *const *labels,
                      struct requirements *requirements);
void requirements_release(struct requirements *requirements);

#endif
