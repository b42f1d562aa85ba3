/* The commands, each in the file of its name. */
#ifndef LIMEN_CLI_COMMAND_H
#define LIMEN_CLI_COMMAND_H

#include "options.h"

extern const struct command eval_command, apply_command, curve_command, history_command,
    info_command, merge_command, metrics_command, tune_command;

#endif
