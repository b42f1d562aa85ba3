/* Commands and their options as data: one table serves to parse and to print help.
 *
 * To add a command NAME:
 *   1. cli/NAME.c: a struct for its options (embed struct input_options of input.h when it reads
 *      scores), a const table of struct option for its own ones, and a
 *      `const struct command NAME_command` that lists the groups; its run function calls
 *      options_parse first.
 *   2. declare NAME_command in command.h, name it in the table of main.c, list the file in
 *      cmake/sources.cmake, and add golden cases (tests/golden). */
#ifndef LIMEN_CLI_OPTIONS_H
#define LIMEN_CLI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

struct choice {
    const char *name; /* NULL ends a list */
    int value;
};

/* Of an option that may be given several times. */
struct text_list {
    const char **items;
    size_t count;
};

enum option_kind {
    OPTION_FLAG,    /* int, set to 1; takes no value */
    OPTION_TEXT,    /* const char * */
    OPTION_TEXTS,   /* struct text_list */
    OPTION_INTEGER, /* int64_t, from low to high when high > low */
    OPTION_NUMBER,  /* double, finite, from low to high when high > low */
    OPTION_CHOICE   /* int, of `choices` */
};

/* One option. Without a name it is the operand, such as TABLE. Help of several lines is indented
 * line by line; the placeholder of a choice is the list of its names. */
struct option {
    const char *name;     /* without the dashes */
    const char *argument; /* placeholder in the help; NULL for a flag */
    const char *help;
    enum option_kind kind;
    char letter;  /* "-o", or 0 */
    size_t at;    /* offset of the value in the group's struct */
    size_t given; /* offset of an int set to 1 when the option is given; 0: none */
    double low, high;
    const struct choice *choices;
};

struct option_table {
    const char *title;
    const struct option *options;
    size_t count;
};

/* A table of options whose struct lies at offset `at` of the command's own. */
struct option_group {
    const struct option_table *table;
    size_t at;
};

struct command {
    const char *name;
    const char *summary;  /* one line in `limen --help` */
    const char *usage;    /* what follows "limen NAME" in the usage line */
    const char *about;    /* paragraphs of the help */
    const char *examples; /* lines of the help, each with its newline */
    const struct option_group *groups;
    size_t group_count;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define OPTION_TABLE(title_, options_)           \
    {                                            \
        (title_), (options_), COUNT_OF(options_) \
    }

/* Fills in `values`, which the caller has initialised with the defaults. Returns 0; or prints a
 * usage error and returns EXIT_USAGE. Texts point into argv. */
int options_parse(const struct command *command, void *values, int argc, char **argv);

/* Frees the lists of texts. */
void options_release(const struct command *command, void *values);

/* The help of a command on standard output. */
void options_help(const struct command *command);

/* 1 when --help or -h stands among the arguments before a "--". */
int options_ask_help(int argc, char **argv);

/* A decimal number that fills the text, "inf" and "nan" not included; the locale plays no part as
 * the program never sets one. Returns 0 when it is none. */
int parse_number(const char *text, double *value);
int parse_integer(const char *text, int64_t *value);

#endif
