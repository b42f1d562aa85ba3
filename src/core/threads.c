#include "core/threads.h"

#include <pthread.h>
#include <stdlib.h>

struct crew {
    const limen_job *job;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    int64_t next;      /* chunk to hand out */
    int64_t committed; /* chunks whose commit is done */
    limen_status status;
    limen_error error;
};

struct worker {
    struct crew *crew;
    pthread_t thread;
    int slot;
};

static int64_t take_chunk(struct crew *crew)
{
    int64_t chunk = -1;

    pthread_mutex_lock(&crew->lock);
    if (crew->status == LIMEN_OK && crew->next < crew->job->chunks)
        chunk = crew->next++;
    pthread_mutex_unlock(&crew->lock);
    return chunk;
}

/* Waits until all lower chunks are through, so that the first failure is the lowest one. */
static void finish_chunk(struct crew *crew, int64_t chunk, int slot, limen_status status,
                         const limen_error *error)
{
    pthread_mutex_lock(&crew->lock);
    while (crew->committed != chunk)
        pthread_cond_wait(&crew->turn, &crew->lock);
    if (crew->status == LIMEN_OK && status != LIMEN_OK) {
        crew->status = status;
        crew->error = *error;
    }
    if (crew->status == LIMEN_OK && crew->job->commit)
        crew->job->commit(crew->job->context, chunk, slot);
    crew->committed++;
    pthread_cond_broadcast(&crew->turn);
    pthread_mutex_unlock(&crew->lock);
}

static void *work(void *argument)
{
    struct worker *self = argument;
    const limen_job *job = self->crew->job;
    int64_t chunk;

    while ((chunk = take_chunk(self->crew)) >= 0) {
        limen_error error = {.code = LIMEN_OK};
        limen_status status = job->work(job->context, chunk, self->slot, &error);

        finish_chunk(self->crew, chunk, self->slot, status, &error);
    }
    return NULL;
}

static limen_status run_alone(const limen_job *job, limen_error *error)
{
    for (int64_t chunk = 0; chunk < job->chunks; chunk++) {
        limen_status status = job->work(job->context, chunk, 0, error);

        if (status != LIMEN_OK)
            return status;
        if (job->commit)
            job->commit(job->context, chunk, 0);
    }
    return LIMEN_OK;
}

limen_status limen_job_run(const limen_job *job, limen_error *error)
{
    struct crew crew = {.job = job};
    struct worker workers[LIMEN_MAX_THREADS];
    int64_t wanted = job->threads < job->chunks ? job->threads : job->chunks;
    int started = 1;

    if (wanted <= 1)
        return run_alone(job, error);
    if (pthread_mutex_init(&crew.lock, NULL) != 0)
        return run_alone(job, error);
    if (pthread_cond_init(&crew.turn, NULL) != 0) {
        pthread_mutex_destroy(&crew.lock);
        return run_alone(job, error);
    }
    workers[0] = (struct worker){.crew = &crew, .slot = 0};
    for (; started < wanted; started++) {
        workers[started] = (struct worker){.crew = &crew, .slot = started};
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0)
            break;
    }
    (void)work(&workers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    pthread_cond_destroy(&crew.turn);
    pthread_mutex_destroy(&crew.lock);
    if (crew.status != LIMEN_OK && error)
        *error = crew.error;
    return crew.status;
}

int limen_thread_count(int requested)
{
    long count = requested;

    if (count <= 0) {
        const char *setting = getenv("LIMEN_NUM_THREADS");

        count = setting ? strtol(setting, NULL, 10) : 1;
    }
    if (count < 1)
        count = 1;
    return count > LIMEN_MAX_THREADS ? LIMEN_MAX_THREADS : (int)count;
}
