/* Delimited text: quotes, ends of lines, columns, and where mistakes are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/files.h"
#include "support/source.h"

#include <fcntl.h>
#include <math.h>

static test_folder folder;
static test_data data;

static limen_source_options options_for(const char *name, const char *text)
{
    return (limen_source_options){.size = sizeof(limen_source_options),
                                  .table = test_write_text(&folder, name, text)};
}

/* Reads the text as a file with small blocks and with large ones, which must agree. */
static void read_text(const char *name, const char *text)
{
    static test_data small;
    limen_source_options options = options_for(name, text);
    limen_error error = {.code = LIMEN_OK};

    if (test_read(&options, &data, &error) != LIMEN_OK)
        fail_msg("%lld:%lld: %s", (long long)error.row, (long long)error.column, error.message);
    options.block_bytes = 1;
    assert_int_equal(test_read(&options, &small, &error), LIMEN_OK);
    assert_int_equal(small.batches, small.rows);
    assert_memory_equal(small.values, data.values, sizeof data.values);
    assert_int_equal(small.rows, data.rows);
}

static void check_rows(int64_t rows, const double *scores, const double *targets)
{
    assert_int_equal(data.rows, rows);
    for (int64_t i = 0; i < data.count[LIMEN_INPUT_SCORES]; i++)
        assert_true(data.values[LIMEN_INPUT_SCORES][i] == scores[i]);
    for (int64_t i = 0; i < data.count[LIMEN_INPUT_TARGETS]; i++)
        assert_true(data.values[LIMEN_INPUT_TARGETS][i] == targets[i]);
}

static void test_forms(void **unused)
{
    static const double scores[] = {0.25, 0.5, 1e-3};
    static const double targets[] = {1, 0, 1};
    static const char *const texts[] = {
        "score,target\n0.25,1\n0.5,0\n1e-3,1\n",
        "score,target\r\n0.25,1\r\n0.5,0\r\n1e-3,1\r\n",
        "score,target\n0.25,1\n0.5,0\n1e-3,1",
        "score,target\r\n0.25,1\r\n0.5,0\r\n1e-3,1\r",
        "\xef\xbb\xbfscore,target\n0.25,1\n0.5,0\n1e-3,1\n",
        "\n\nscore,target\n\n0.25,1\n\r\n0.5,0\n1e-3,1\n\n\n",
        "\"score\",\"target\"\n\"0.25\",\"1\"\n0.5,\"0\"\n\"1e-3\",1\n",
        "score,target\n 0.25 ,1\n\t0.5,0 \n1e-3, 1\n",
        "score\ttarget\n0.25\t1\n0.5\t0\n1e-3\t1\n",
        "id,score,text,target\na,0.25,\"x, \"\"y\"\"\nz\",1\nb,0.5,,0\nc,1e-3,it's 5\" long,1\n",
        ",target,score\n0,1,2.5e-1\n1,0,5E-1\n2,1,.001\n",
        "score,target\n+0.25,True\n0.50,FALSE\n0.001,1.0\n",
    };

    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        read_text("a.csv", texts[i]);
        check_rows(3, scores, targets);
    }
}

static void test_many_columns(void **unused)
{
    static const double scores[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.123456789, 7, 0.75, 0.0, 1.0};
    static const double targets[] = {0, 1, 1, 0, 1, 1, 1, 0, 0, 12};

    (void)unused;
    read_text("a.csv", "p_a,p_b,p_c,p_d,p_e,y_a,y_b,y_c,y_d,y_e\n"
                       "0.1,0.2,0.3,0.4,0.5,0,1,1,0,1\n"
                       "0.123456789,7,0.75,0.0,1.0,1,1,0,0,12\n");
    check_rows(2, scores, targets);
}

static void test_special_numbers(void **unused)
{
    (void)unused;
    read_text("a.csv", "score,target\ninf,1\n-Infinity,0\nNaN,1\n1e999,-100\n");
    assert_true(data.values[LIMEN_INPUT_SCORES][0] == INFINITY);
    assert_true(data.values[LIMEN_INPUT_SCORES][1] == -INFINITY);
    assert_true(isnan(data.values[LIMEN_INPUT_SCORES][2]));
    assert_true(data.values[LIMEN_INPUT_SCORES][3] == INFINITY);
    assert_true(data.values[LIMEN_INPUT_TARGETS][3] == -100);
}

static void test_header_alone(void **unused)
{
    (void)unused;
    read_text("a.csv", "score,target\n");
    assert_int_equal(data.rows, 0);
    read_text("a.csv", "score,target");
    assert_int_equal(data.rows, 0);
}

static void test_long_record(void **unused)
{
    test_image image = {NULL, 0, 0};
    limen_source_options options = {.size = sizeof options};
    limen_error error;

    (void)unused;
    test_add_text(&image, "score,note,target\n0.5,\"");
    for (int i = 0; i < 300000; i++)
        test_add_text(&image, i % 7 ? "ab" : "\"\"\n");
    test_add_text(&image, "\",1\n0.25,,0\nx,,1\n");
    options.table = test_write(&folder, "long.csv", &image);
    assert_int_equal(test_read(&options, &data, &error), LIMEN_ERR_FORMAT);
    assert_int_equal(error.row, 2 + 300000 / 7 + 1 + 2);
    assert_int_equal(error.column, 1);
}

static void test_errors(void **unused)
{
    static const struct {
        const char *text;
        limen_status status;
        int64_t line, field;
        const char *part;
    } cases[] = {
        {"", LIMEN_ERR_FORMAT, -1, -1, "empty"},
        {"\n\n", LIMEN_ERR_FORMAT, -1, -1, "empty"},
        {"score,target\n0.5,1\nabc,0\n", LIMEN_ERR_FORMAT, 3, 1, "\"abc\""},
        {"score,target\n0.5,1\n0.5,\n", LIMEN_ERR_FORMAT, 3, 2, "empty"},
        {"score,target\n0.5,0.5\n", LIMEN_ERR_FORMAT, 2, 2, "whole number"},
        {"score,target\n0.5,1e30\n", LIMEN_ERR_FORMAT, 2, 2, "whole number"},
        {"score,target\n0.5x,1\n", LIMEN_ERR_FORMAT, 2, 1, "0.5x"},
        {"score,target\n0,5,1\n", LIMEN_ERR_FORMAT, 2, -1, "more than 2 fields"},
        {"score,target\n0.5\n", LIMEN_ERR_FORMAT, 2, -1, "only 1 fields"},
        {"score,target\n0.5,1\n0.5", LIMEN_ERR_FORMAT, 3, -1, "only 1 fields"},
        {"score,target\n0.5,1,\n", LIMEN_ERR_FORMAT, 2, -1, "more than 2"},
        {"score,target\n0.5,\"1\n", LIMEN_ERR_FORMAT, 2, -1, "not closed"},
        {"score,target\n\"0.5\"x,1\n", LIMEN_ERR_FORMAT, 2, -1, "behind a closing quote"},
        {"score,note,target\n0.5,\"a\nb\",1\n0.5,\"a\nb\",?\n", LIMEN_ERR_FORMAT, 5, 3, "\"?\""},
        {"score,target\n0.5,1\n\n\n-,1\n", LIMEN_ERR_FORMAT, 5, 1, "\"-\""},
        {"score,target\n\x01\xff,1\n", LIMEN_ERR_FORMAT, 2, 1, "\"\?\?\""},
        {"a,b\n1,2\n", LIMEN_ERR_ARGUMENT, 1, -1, "it has: a, b"},
        {"score,b\n1,2\n", LIMEN_ERR_ARGUMENT, 1, -1, "no column for the targets"},
        {"p_a,p_b,y_b,y_a\n1,2,1,0\n", LIMEN_ERR_ARGUMENT, 1, 3, "\"p_a\" would go with"},
        {"p_a,p_b,p_c,y_a,y_b\n1,2,3,1,0\n", LIMEN_ERR_SHAPE, 1, -1, "3 score columns and 2"},
        {"p_a,p_a,y_a,y_a\n1,2,1,0\n", LIMEN_ERR_FORMAT, -1, -1, "twice"},
        {"score,score,target\n1,2,1\n", LIMEN_ERR_ARGUMENT, 1, 2, "twice"},
        {"p_\xff,p_b,target\n1,2,1\n", LIMEN_ERR_FORMAT, -1, -1, "UTF-8"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_source_options options = options_for("bad.csv", cases[i].text);
        limen_error error = {.code = LIMEN_OK};
        limen_status status = test_read(&options, &data, &error);

        if (status != cases[i].status || error.row != cases[i].line ||
            error.column != cases[i].field || !strstr(error.message, cases[i].part))
            fail_msg("case %zu: %s %lld:%lld: %s", i, limen_status_name(status),
                     (long long)error.row, (long long)error.column, error.message);
    }
}

static void test_selection(void **unused)
{
    const char *text = "id,\"a,b\",p_x,p_y,w,g,t_x,t_y,\"q\"\"q\"\n7,1,2,3,4,5,0,1,8\n";
    limen_source_options options = options_for("a.csv", text);
    limen_source *source = NULL;
    limen_error error;
    const limen_source_info *info;

    (void)unused;
    options.score_columns = "\"a,b\",p_y,\"q\"\"q\"";
    options.target_columns = "t_y,t_x,id";
    options.weight_column = "w";
    options.group_column = "g";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_OK);
    info = limen_source_describe(source);
    assert_string_equal(info->format, "csv");
    assert_int_equal(info->width, 3);
    assert_int_equal(info->target_width, 3);
    assert_int_equal(info->rows, -1);
    assert_int_equal(info->weights, LIMEN_F64);
    assert_int_equal(info->groups, LIMEN_I64);
    assert_string_equal(info->labels[0], "a,b");
    assert_string_equal(info->labels[1], "p_y");
    assert_string_equal(info->labels[2], "q\"q");
    assert_int_equal(test_read_all(source, &data, &error), LIMEN_OK);
    limen_source_close(source);
    check_rows(1, (const double[]){1, 3, 8}, (const double[]){1, 0, 7});
    assert_true(data.values[LIMEN_INPUT_WEIGHTS][0] == 4);
    assert_true(data.values[LIMEN_INPUT_GROUPS][0] == 5);

    options.target_columns = "t_*,p_y,id";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_SHAPE);
    options.target_columns = "t_*,p_y";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "asked for twice"));
    options.score_columns = "\"a,b";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
    options.score_columns = "p_x,nope*";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "nope*"));
    options.score_columns = "p_x";
    options.target_columns = NULL;
    options.without_targets = 1;
    options.weight_column = "none";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
}

static void test_labels_of_patterns(void **unused)
{
    limen_source_options options = options_for("a.csv", "x_joy_p,x_fear_p,t_joy,t_fear\n1,2,0,1\n");
    limen_source *source = NULL;

    (void)unused;
    options.score_columns = "x_*_p";
    options.target_columns = "t_*";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, NULL), LIMEN_OK);
    assert_string_equal(limen_source_describe(source)->labels[0], "joy");
    assert_string_equal(limen_source_describe(source)->labels[1], "fear");
    limen_source_close(source);
}

static void test_locate(void **unused)
{
    limen_source_options options =
        options_for("a.csv", "n,p_a,p_b,y_a,y_b\n\"\n\n\",1,2,0,1\n0,3,4,1,0\n\n0,5,6,1,2\n");
    limen_error error = {
        .code = LIMEN_ERR_VALUE, .input = LIMEN_INPUT_TARGETS, .row = 2, .column = 1, .byte = -1};
    limen_source *source = NULL;
    limen_batch batch;

    (void)unused;
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, NULL), LIMEN_OK);
    assert_int_equal(limen_source_next(source, &batch, NULL), LIMEN_OK);
    assert_int_equal(batch.scores.shape[0], 3);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(limen_source_locate(source, &error), options.table);
        assert_int_equal(error.row, 7);
        assert_int_equal(error.column, 5);
    }
    limen_source_close(source);
}

/* A pipe gives its bytes once; with keep they come again. */
static void test_pipe(void **unused)
{
    static const char text[] = "score,target\n0.25,1\n0.5,0\n0.75,1\n";
    int saved = dup(STDIN_FILENO);

    (void)unused;
    for (int keep = 0; keep < 2; keep++) {
        limen_source_options options = {.size = sizeof options, .table = "-", .keep = keep};
        limen_source *source = NULL;
        limen_error error;
        int ends[2];

        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], text, sizeof text - 1), sizeof text - 1);
        close(ends[1]);
        assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        close(ends[0]);
        options.block_bytes = 1;
        assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_OK);
        assert_int_equal(limen_source_describe(source)->bytes, -1);
        assert_int_equal(test_read_all(source, &data, &error), LIMEN_OK);
        assert_int_equal(data.rows, 3);
        assert_int_equal(limen_source_rewind(source, &error), keep ? LIMEN_OK : LIMEN_ERR_ARGUMENT);
        if (keep) {
            assert_int_equal(test_read_all(source, &data, &error), LIMEN_OK);
            assert_int_equal(data.rows, 3);
            assert_true(data.values[LIMEN_INPUT_SCORES][2] == 0.75);
        }
        limen_source_close(source);
    }
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
}

static void test_rewind(void **unused)
{
    test_image image = {NULL, 0, 0};
    limen_source_options options = {.size = sizeof options, .block_bytes = 4000};
    limen_source *source = NULL;
    limen_error error;
    static test_data again;

    (void)unused;
    test_add_text(&image, "\xef\xbb\xbf\n\"score\n\",target\n");
    for (int i = 0; i < 2000; i++)
        test_add_text(&image, i % 3 ? "0.125,1\n" : "\"0.5\",0\n");
    options.table = test_write(&folder, "a.csv", &image);
    options.score_columns = "score*";
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_FORMAT);
    assert_non_null(strstr(error.message, "control character"));
    options.labels = test_write_text(&folder, "labels.txt", "one\n");
    options.table = NULL;
    {
        char table[600];

        (void)snprintf(table, sizeof table, "%s/a.csv", folder.path);
        options.table = table;
        assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_OK);
    }
    assert_int_equal(test_read_all(source, &data, &error), LIMEN_OK);
    assert_int_equal(data.rows, 2000);
    assert_int_equal(limen_source_position(source), limen_source_describe(source)->bytes);
    assert_int_equal(limen_source_rewind(source, &error), LIMEN_OK);
    assert_int_equal(test_read_all(source, &again, &error), LIMEN_OK);
    assert_memory_equal(&data, &again, sizeof data);
    limen_source_close(source);
}

static void test_gzip(void **unused)
{
    limen_source_options options = {.size = sizeof options};
    const char *path = test_path(&folder, "a.csv.gz");
    limen_error error;

    (void)unused;
    for (int part = 0; part < 2; part++) {
        gzFile file = gzopen(path, part ? "ab" : "wb");

        assert_non_null(file);
        assert_true(gzputs(file, part ? "0.5,0\n" : "score,target\n0.25,1\n") > 0);
        assert_int_equal(gzclose(file), Z_OK);
    }
    options.table = path;
    assert_int_equal(test_read(&options, &data, &error), LIMEN_OK);
    check_rows(2, (const double[]){0.25, 0.5}, (const double[]){1, 0});
    assert_int_equal(truncate(path, 30), 0);
    assert_int_equal(test_read(&options, &data, &error), LIMEN_ERR_FORMAT);
    assert_int_equal(error.byte, 30);
}

static int make_folder(void **unused)
{
    (void)unused;
    test_folder_make(&folder);
    return 0;
}

static int remove_folder(void **unused)
{
    (void)unused;
    test_folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),           cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_special_numbers), cmocka_unit_test(test_header_alone),
        cmocka_unit_test(test_long_record),     cmocka_unit_test(test_errors),
        cmocka_unit_test(test_selection),       cmocka_unit_test(test_labels_of_patterns),
        cmocka_unit_test(test_locate),          cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_rewind),          cmocka_unit_test(test_gzip),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
