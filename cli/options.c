#include "options.h"

#include "message.h"
#include "suggest.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int parse_number(const char *text, double *value)
{
    char *end;

    if (!*text || strspn(text, "0123456789+-.eE") != strlen(text))
        return 0;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

int parse_integer(const char *text, int64_t *value)
{
    char *end;
    long long number;

    if (!*text || strspn(text, "0123456789+-") != strlen(text))
        return 0;
    errno = 0;
    number = strtoll(text, &end, 10);
    if (*end || errno)
        return 0;
    *value = number;
    return 1;
}

int options_ask_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return 1;
    return 0;
}

/* ---- Parsing -------------------------------------------------------------------------------- */

struct parser {
    const struct command *command;
    char *values;
    int argc;
    char **argv;
    int next;
};

struct found {
    const struct option *option;
    char *base; /* the struct of its group */
};

/* name NULL looks for a letter, or with letter 0 for the operand. */
static struct found find_option(const struct parser *parser, const char *name, size_t length,
                                char letter)
{
    for (size_t g = 0; g < parser->command->group_count; g++) {
        const struct option_group *group = &parser->command->groups[g];

        for (size_t i = 0; i < group->table->count; i++) {
            const struct option *option = &group->table->options[i];
            int same = name ? option->name && strlen(option->name) == length &&
                                  strncmp(option->name, name, length) == 0
                            : (letter ? option->letter == letter : !option->name);

            if (same)
                return (struct found){option, parser->values + group->at};
        }
    }
    return (struct found){NULL, NULL};
}

static int unknown_option(const struct parser *parser, const char *name, size_t length)
{
    struct suggestion suggestion;
    char wanted[80];

    (void)snprintf(wanted, sizeof wanted, "%.*s", (int)length, name);
    suggestion_start(&suggestion, wanted);
    for (size_t g = 0; g < parser->command->group_count; g++) {
        const struct option_table *table = parser->command->groups[g].table;

        for (size_t i = 0; i < table->count; i++)
            if (table->options[i].name)
                suggestion_offer(&suggestion, table->options[i].name);
    }
    if (suggestion.nearest[0])
        return say_usage("unknown option --%s; did you mean --%s?", wanted, suggestion.nearest);
    return say_usage("unknown option --%s; \"limen %s --help\" lists the options", wanted,
                     parser->command->name);
}

static int bad_range(const struct option *option, const char *text)
{
    const char *kind = option->kind == OPTION_INTEGER ? "a whole number" : "a number";

    if (option->high > option->low)
        return say_usage("--%s takes %s from %g to %g, not \"%s\"", option->name, kind, option->low,
                         option->high, text);
    return say_usage("--%s takes %s, not \"%s\"", option->name, kind, text);
}

static int in_range(const struct option *option, double value)
{
    return option->high <= option->low || (value >= option->low && value <= option->high);
}

static int set_choice(const struct option *option, int *slot, const char *text)
{
    struct suggestion suggestion;
    char names[256];
    size_t used = 0;

    suggestion_start(&suggestion, text);
    for (const struct choice *choice = option->choices; choice->name; choice++) {
        if (strcmp(choice->name, text) == 0) {
            *slot = choice->value;
            return 0;
        }
        suggestion_offer(&suggestion, choice->name);
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                 choice->name);
    }
    if (suggestion.nearest[0])
        return say_usage("--%s cannot be \"%s\"; did you mean %s?", option->name, text,
                         suggestion.nearest);
    return say_usage("--%s cannot be \"%s\"; it is one of %s", option->name, text, names);
}

static int add_text(const struct parser *parser, struct text_list *list, const char *text)
{
    /* There can be no more texts than arguments. */
    if (!list->items)
        list->items = calloc((size_t)parser->argc, sizeof *list->items);
    if (!list->items)
        return say_failure("out of memory");
    list->items[list->count++] = text;
    return 0;
}

static int set_value(const struct parser *parser, struct found found, const char *text)
{
    const struct option *option = found.option;
    void *slot = found.base + option->at;
    double number;
    int64_t integer;

    if (option->given)
        *(int *)(void *)(found.base + option->given) = 1;
    switch (option->kind) {
    case OPTION_FLAG:
        *(int *)slot = 1;
        return 0;
    case OPTION_TEXT:
        if (*(const char **)slot && !option->name)
            return say_usage("unexpected argument \"%s\"; \"limen %s\" takes one %s", text,
                             parser->command->name, option->argument);
        *(const char **)slot = text;
        return 0;
    case OPTION_TEXTS:
        return add_text(parser, slot, text);
    case OPTION_INTEGER:
        if (!parse_integer(text, &integer) || !in_range(option, (double)integer))
            return bad_range(option, text);
        *(int64_t *)slot = integer;
        return 0;
    case OPTION_NUMBER:
        if (!parse_number(text, &number) || !in_range(option, number))
            return bad_range(option, text);
        *(double *)slot = number;
        return 0;
    case OPTION_CHOICE:
        return set_choice(option, slot, text);
    }
    return 0;
}

/* "--name", "--name=value", "--name value". */
static int parse_long(struct parser *parser, const char *argument)
{
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    struct found found = find_option(parser, name, length, 0);

    if (!found.option)
        return unknown_option(parser, name, length);
    if (found.option->kind == OPTION_FLAG) {
        if (equals)
            return say_usage("--%s takes no value", found.option->name);
        return set_value(parser, found, NULL);
    }
    if (equals)
        return set_value(parser, found, equals + 1);
    if (parser->next >= parser->argc)
        return say_usage("--%s needs a value (%s)", found.option->name, found.option->argument);
    return set_value(parser, found, parser->argv[parser->next++]);
}

/* "-o value" and "-ovalue". Flags with letters do not cluster: there are few. */
static int parse_short(struct parser *parser, const char *argument)
{
    struct found found = find_option(parser, NULL, 0, argument[1]);

    if (!found.option)
        return say_usage("unknown option -%c; \"limen %s --help\" lists the options", argument[1],
                         parser->command->name);
    if (found.option->kind == OPTION_FLAG) {
        if (argument[2])
            return say_usage("-%c takes no value", argument[1]);
        return set_value(parser, found, NULL);
    }
    if (argument[2])
        return set_value(parser, found, argument + 2);
    if (parser->next >= parser->argc)
        return say_usage("-%c needs a value (%s)", argument[1], found.option->argument);
    return set_value(parser, found, parser->argv[parser->next++]);
}

static int parse_operand(struct parser *parser, const char *argument)
{
    struct found found = find_option(parser, NULL, 0, 0);

    if (!found.option)
        return say_usage("unexpected argument \"%s\"; \"limen %s\" takes only options", argument,
                         parser->command->name);
    return set_value(parser, found, argument);
}

int options_parse(const struct command *command, void *values, int argc, char **argv)
{
    struct parser parser = {command, values, argc, argv, 1};
    int only_operands = 0;

    while (parser.next < argc) {
        const char *argument = argv[parser.next++];
        int status;

        if (!only_operands && strcmp(argument, "--") == 0) {
            only_operands = 1;
            continue;
        }
        if (only_operands || argument[0] != '-' || argument[1] == '\0')
            status = parse_operand(&parser, argument);
        else if (argument[1] == '-')
            status = parse_long(&parser, argument);
        else
            status = parse_short(&parser, argument);
        if (status) {
            options_release(command, values);
            return status;
        }
    }
    return 0;
}

void options_release(const struct command *command, void *values)
{
    for (size_t g = 0; g < command->group_count; g++) {
        const struct option_group *group = &command->groups[g];

        for (size_t i = 0; i < group->table->count; i++) {
            const struct option *option = &group->table->options[i];
            struct text_list *list;

            if (option->kind != OPTION_TEXTS)
                continue;
            list = (struct text_list *)(void *)((char *)values + group->at + option->at);
            free((void *)list->items);
            *list = (struct text_list){NULL, 0};
        }
    }
}

/* ---- Help ----------------------------------------------------------------------------------- */

#define HELP_COLUMN 26

static void print_option(const struct option *option)
{
    char left[160];
    size_t used = 0;
    const char *line = option->help;

    if (option->letter)
        used = (size_t)snprintf(left, sizeof left, "  -%c, ", option->letter);
    else
        used = (size_t)snprintf(left, sizeof left, "  ");
    if (option->name)
        used += (size_t)snprintf(left + used, sizeof left - used, "--%s%s", option->name,
                                 option->argument ? " " : "");
    if (option->argument)
        used += (size_t)snprintf(left + used, sizeof left - used, "%s", option->argument);
    if (used + 2 > HELP_COLUMN)
        (void)printf("%s\n%*s", left, HELP_COLUMN, "");
    else
        (void)printf("%-*s", HELP_COLUMN, left);
    for (;;) {
        size_t length = strcspn(line, "\n");

        (void)printf("%.*s\n", (int)length, line);
        if (!line[length])
            return;
        line += length + 1;
        (void)printf("%*s", HELP_COLUMN, "");
    }
}

void options_help(const struct command *command)
{
    (void)printf("limen %s: %s\n\nusage: limen %s %s\n", command->name, command->summary,
                 command->name, command->usage);
    if (command->about)
        (void)printf("\n%s", command->about);
    for (size_t g = 0; g < command->group_count; g++) {
        const struct option_table *table = command->groups[g].table;

        /* Neighbours under one title are one list. */
        if (g == 0 || strcmp(table->title, command->groups[g - 1].table->title) != 0)
            (void)printf("\n%s:\n", table->title);
        for (size_t i = 0; i < table->count; i++)
            print_option(&table->options[i]);
    }
    (void)printf("\nExamples:\n%s", command->examples);
}
