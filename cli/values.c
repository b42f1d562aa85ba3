#include "values.h"

#include "message.h"

#include <stdlib.h>
#include <string.h>

static char *trim(char *text)
{
    size_t length;

    text += strspn(text, " ");
    length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    return text;
}

int parse_names(const char *option, const char *text, struct name_list *list)
{
    size_t most = 1;
    char *at;

    for (const char *c = text; *c; c++)
        most += *c == ',';
    *list = (struct name_list){.text = malloc(strlen(text) + 1)};
    list->items = calloc(most, sizeof *list->items);
    if (!list->text || !list->items) {
        name_list_release(list);
        return say_failure("out of memory");
    }
    at = strcpy(list->text, text);
    for (;;) {
        char *comma = strchr(at, ',');

        if (comma)
            *comma = '\0';
        at = trim(at);
        if (!*at) {
            name_list_release(list);
            return say_usage("--%s has an empty name in \"%s\"", option, text);
        }
        list->items[list->count++] = at;
        if (!comma)
            return 0;
        at = comma + 1;
    }
}

void name_list_release(struct name_list *list)
{
    free((void *)list->items);
    free(list->text);
    *list = (struct name_list){NULL, 0, NULL};
}
