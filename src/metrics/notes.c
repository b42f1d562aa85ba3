/* Sentences that stand below a report. */
#include "core/buffer.h"
#include "core/status.h"
#include "metrics/section.h"
#include "tally/cuts.h"

#include <math.h>

/* Supports further apart than this make micro averages follow the frequent labels; closer together
 * than the other, all averages tell the same. */
#define APART 10.0
#define ALIKE 2.0

/* Prevalences of a binary task that are near 1:1, and those that are far from it. */
#define NEAR_LOW 0.4
#define NEAR_HIGH 0.6
#define RARE 0.1

typedef struct note_writer {
    limen_report_work *work;
    limen_node *notes;
    limen_buffer text;
} note_writer;

static void end_note(note_writer *writer)
{
    if (writer->text.failed) {
        writer->work->builder.failed = 1;
        return;
    }
    limen_add_string(&writer->work->builder, writer->notes, "", writer->text.bytes);
    limen_buffer_release(&writer->text);
    limen_buffer_init(&writer->text, &writer->work->allocator);
}

/* Labels whose threshold rounding has moved to 0 or to an infinity. */
typedef struct rounded {
    int64_t first, count;
} rounded;

static void rounded_add(rounded *labels, int64_t label)
{
    if (labels->count++ == 0)
        labels->first = label;
}

static void rounding_note(note_writer *writer, const rounded *labels, const char *becomes)
{
    const limen_report_work *work = writer->work;
    const char *dtype = limen_dtype_name(work->tally->spec.score_dtype);
    char buffer[24];

    if (labels->count == 0)
        return;
    limen_buffer_text(&writer->text, "The threshold");
    if (work->tally->spec.task == LIMEN_MULTILABEL)
        limen_buffer_printf(&writer->text, " of label %s",
                            limen_label_name(work, labels->first, buffer));
    if (labels->count > 1)
        limen_buffer_printf(&writer->text, " and of %lld more", (long long)(labels->count - 1));
    limen_buffer_printf(&writer->text, " becomes %s when rounded to %s, the type of the scores.",
                        becomes, dtype);
    end_note(writer);
}

static void rounding_notes(note_writer *writer, int64_t set)
{
    const limen_spec *spec = &writer->work->tally->spec;
    const double *thresholds = writer->work->tally->thresholds + set * spec->width;
    rounded zero = {0}, infinite = {0};

    if (!limen_dtype_is_float(spec->score_dtype))
        return;
    for (int64_t i = 0; i < spec->width; i++) {
        double exact = limen_effective_threshold(spec, LIMEN_F64, thresholds[i]);
        double effective = limen_effective_threshold(spec, spec->score_dtype, thresholds[i]);

        if (exact != 0.0 && effective == 0.0)
            rounded_add(&zero, i);
        if (isfinite(exact) && isinf(effective))
            rounded_add(&infinite, i);
    }
    rounding_note(writer, &zero, "0");
    rounding_note(writer, &infinite, "infinite");
}

/* Least and greatest support of the labels that have some, and how many have none. */
typedef struct support_range {
    double least, greatest;
    int64_t empty;
} support_range;

static support_range support_range_of(const limen_tally *tally, int64_t set)
{
    limen_counts block[LIMEN_LABEL_BLOCK];
    support_range range = {INFINITY, 0.0, 0};

    for (int64_t first = 0; first < tally->spec.width; first += LIMEN_LABEL_BLOCK) {
        int64_t labels = limen_label_block(tally, first);

        limen_tally_read_counts(tally, set, -1, first, labels, block);
        for (int64_t i = 0; i < labels; i++) {
            double support = block[i].tp + block[i].fn;

            if (support > 0.0)
                range.least = fmin(range.least, support);
            range.greatest = fmax(range.greatest, support);
            range.empty += support == 0.0;
        }
    }
    return range;
}

static void support_notes(note_writer *writer, int64_t set)
{
    const limen_tally *tally = writer->work->tally;
    int classes = tally->spec.task == LIMEN_MULTICLASS;
    const char *noun = classes ? "classes" : "labels";
    support_range range = support_range_of(tally, set);

    if (range.empty > 0 && range.greatest > 0.0) {
        limen_buffer_printf(
            &writer->text, "%lld of %lld %s have no %ssample, so their recall is undefined.",
            (long long)range.empty, (long long)tally->spec.width, noun, classes ? "" : "positive ");
        end_note(writer);
    }
    if (range.greatest > range.least * APART) {
        limen_buffer_printf(&writer->text,
                            "The most frequent of the %s has %.0f times the support of the "
                            "rarest: read macro-F1, since micro averages follow the frequent "
                            "ones.",
                            noun, range.greatest / range.least);
        end_note(writer);
    } else if (tally->spec.width > 1 && range.greatest > 0.0 && range.empty == 0 &&
               range.greatest <= range.least * ALIKE) {
        limen_buffer_printf(
            &writer->text,
            "All %s have much the same support: micro and macro averages are close to "
            "each other, and micro-F1 can stand for both.",
            noun);
        end_note(writer);
    }
}

static void binary_note(note_writer *writer, int64_t set)
{
    limen_counts c;
    limen_ratio prevalence;

    limen_tally_read_counts(writer->work->tally, set, -1, 0, 1, &c);
    prevalence = limen_ratio_of(c.tp + c.fn, c.tp + c.fp + c.tn + c.fn);
    if (!prevalence.defined)
        return;
    if (c.tp + c.fn == 0.0)
        limen_buffer_text(&writer->text, "No sample is positive, so recall is undefined.");
    else if (c.fp + c.tn == 0.0)
        limen_buffer_text(&writer->text, "No sample is negative, so specificity is undefined.");
    else if (prevalence.value >= NEAR_LOW && prevalence.value <= NEAR_HIGH)
        limen_buffer_text(&writer->text, "Positives and negatives are near 1:1: accuracy and F1 "
                                         "agree.");
    else if (prevalence.value <= RARE)
        limen_buffer_printf(&writer->text,
                            "%.0f %% of the samples are negative, so a constant decision has that "
                            "accuracy: read F1 or MCC.",
                            100.0 * (1.0 - prevalence.value));
    else if (prevalence.value >= 1.0 - RARE)
        limen_buffer_printf(&writer->text,
                            "%.0f %% of the samples are positive, so a constant decision has that "
                            "accuracy and a higher F1: read MCC or balanced accuracy.",
                            100.0 * prevalence.value);
    else
        return;
    end_note(writer);
}

limen_status limen_notes_add(limen_report_work *work, limen_node *parent, int64_t set,
                             limen_error *error)
{
    note_writer writer = {.work = work, .notes = limen_add_array(&work->builder, parent, "notes")};

    limen_buffer_init(&writer.text, &work->allocator);
    if (work->tally->spec.task != LIMEN_MULTICLASS)
        rounding_notes(&writer, set);
    if (work->tally->spec.states & LIMEN_STATES_COUNTS) {
        if (work->tally->spec.task == LIMEN_BINARY)
            binary_note(&writer, set);
        else
            support_notes(&writer, set);
    }
    limen_buffer_release(&writer.text);
    return work->builder.failed ? limen_fail_memory(error, 0) : LIMEN_OK;
}
