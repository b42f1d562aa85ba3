#include "items.h"

#include "message.h"

#include <errno.h>
#include <stdio.h>
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

char *item_trim(char *text)
{
    size_t length;

    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
    return text;
}

/* A label may hold any character but a comma, and in a file that one, too: what is asked of it
 * begins behind the last colon. */
static int read_item(const char *option, char *text, int64_t width, const char *const *labels,
                     struct item *item)
{
    char *colon = strrchr(text, ':');

    *item = (struct item){text, -1};
    if (!colon)
        return 0;
    *colon = '\0';
    item->text = item_trim(colon + 1);
    if (!find_label(item_trim(text), width, labels, &item->label))
        return say_usage("--%s names the label \"%s\", which the data do not have", option, text);
    return 0;
}

static int add_item(const char *option, char *text, int64_t width, const char *const *labels,
                    struct item_list *list)
{
    struct item *moved = realloc(list->items, (list->count + 1) * sizeof *list->items);

    if (!moved)
        return say_failure("out of memory");
    list->items = moved;
    return read_item(option, item_trim(text), width, labels, &moved[list->count++]);
}

static char *copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1);

    return copy ? strcpy(copy, text) : NULL;
}

/* A whole file, NUL-terminated; NULL after saying why not. */
static char *load_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t length = 0, room = 4096, got = 1;
    char *text = file ? malloc(room) : NULL;

    while (text && got > 0) {
        got = fread(text + length, 1, room - length - 1, file);
        length += got;
        if (length + 1 == room) {
            char *moved = realloc(text, room *= 2);

            if (!moved)
                free(text);
            text = moved;
        }
    }
    if (!file || (text && ferror(file)))
        (void)say_failure("%s: %s", path, strerror(errno));
    else if (!text)
        (void)say_failure("out of memory");
    if (file && text && ferror(file)) {
        free(text);
        text = NULL;
    }
    if (file)
        (void)fclose(file);
    if (text)
        text[length] = '\0';
    return text;
}

static int read_list(const char *option, const char *given, int64_t width,
                     const char *const *labels, struct item_list *list)
{
    int from_file = given[0] == '@', status = 0;
    char *text = from_file ? load_file(given + 1) : copy_text(given);

    if (!text)
        return from_file ? EXIT_DATA : say_failure("out of memory");
    list->texts[list->text_count++] = text;
    while (text && !status) {
        char *end = strchr(text, from_file ? '\n' : ',');

        if (end)
            *end = '\0';
        if (!from_file || (*item_trim(text) && *item_trim(text) != '#'))
            status = add_item(option, text, width, labels, list);
        text = end ? end + 1 : NULL;
    }
    return status;
}

int items_read(const char *option, const struct text_list *lists, int64_t width,
               const char *const *labels, struct item_list *list)
{
    int status = 0;

    *list = (struct item_list){.texts = calloc(lists->count + 1, sizeof(char *))};
    if (!list->texts)
        return say_failure("out of memory");
    for (size_t i = 0; i < lists->count && !status; i++)
        status = read_list(option, lists->items[i], width, labels, list);
    return status;
}

void items_release(struct item_list *list)
{
    for (size_t i = 0; i < list->text_count; i++)
        free(list->texts[i]);
    free(list->texts);
    free(list->items);
    *list = (struct item_list){.items = NULL};
}
