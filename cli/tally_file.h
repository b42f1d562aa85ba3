/* --tally and --save-tally: a tally from a file in place of data, and one that is kept. */
#ifndef LIMEN_CLI_TALLY_FILE_H
#define LIMEN_CLI_TALLY_FILE_H

#include "input.h"

struct tally_options {
    const char *load, *save;
};

/* A table over struct tally_options. */
extern const struct option_table tally_file_table;

/* Loads options->load, and makes `input` tell of it what input_open tells of data: spec and labels,
 * which live as long as the tally. Options of data are a usage error beside it. */
int tally_load(const struct tally_options *options, const struct input_options *data,
               struct input *input, limen_tally **tally);

/* Writes the tally with the names of the input to options->save; nothing without one. */
int tally_save(const struct tally_options *options, const struct input *input, limen_tally *tally);

/* A usage error when an option is given that the configuration of a loaded tally has settled. */
int tally_settles(const struct tally_options *options, int given, const char *option);

#endif
