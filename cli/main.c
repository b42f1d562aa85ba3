/* limen: picks the command and lets it run. */
#include "command.h"
#include "limen.h"
#include "message.h"
#include "suggest.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &eval_command,    &tune_command,  &apply_command, &curve_command,
    &history_command, &merge_command, &info_command,  &metrics_command,
};

static void print_help(void)
{
    (void)printf("limen %s: turns classifier scores into decisions and measures them\n\n"
                 "usage: limen COMMAND [OPTION...]\n\nCommands:\n",
                 limen_version());
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        (void)printf("  %-10s%s\n", commands[i]->name, commands[i]->summary);
    (void)printf("\n\"limen COMMAND --help\" tells more about one; \"limen --version\" prints the "
                 "version.\n"
                 "Exit codes: 0 done, 1 data or I/O error, 2 usage, 3 under --fail-under,\n"
                 "4 infeasible constraint.\n"
                 "\nExamples:\n"
                 "  limen eval data.npz --thresholds 0.5 --thresholds best.json\n"
                 "  limen eval --scores s.npy --targets y.npy --labels names.txt --format json\n"
                 "  limen apply data.npz --thresholds best.json -o decisions.npy\n");
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    struct suggestion suggestion;

    suggestion_start(&suggestion, name);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        suggestion_offer(&suggestion, commands[i]->name);
    if (suggestion.nearest[0])
        return say_usage("unknown command \"%s\"; did you mean %s?", name, suggestion.nearest);
    return say_usage("unknown command \"%s\"; \"limen --help\" lists the commands", name);
}

/* What help and version printed must have reached its reader. */
static int finish_output(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return say_failure("standard output could not be written; is the disk full?");
    return EXIT_DONE;
}

/* "limen --help COMMAND" and "limen help COMMAND" are taken as "limen COMMAND --help". */
static const struct command *named_command(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (find_command(argv[i]))
            return find_command(argv[i]);
    return NULL;
}

int main(int argc, char **argv)
{
    const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

    /* A closed pipe and a file that may not grow are errors to report, not a death by signal. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (argc < 2)
        return say_usage("no command given; \"limen --help\" lists the commands");
    if (strcmp(argv[1], "help") == 0 || options_ask_help(argc - 1, argv + 1)) {
        command = command ? command : named_command(argc, argv);
        if (command)
            options_help(command);
        else
            print_help();
        return finish_output();
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("limen %s\n", limen_version());
        return finish_output();
    }
    if (argv[1][0] == '-')
        return say_usage("the command comes first; \"limen --help\" lists the commands");
    if (!command)
        return unknown_command(argv[1]);
    return command->run(argc - 1, argv + 1);
}
