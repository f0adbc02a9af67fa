#include "portal/http/metrics.h"

#include <inttypes.h>
#include <string.h>

void metrics_count(struct metrics *m, int status, int64_t us)
{
    if (status >= 100 && status < 600)
        atomic_fetch_add_explicit(&m->answers[status / 100 - 1], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->micros, (uint64_t)us, memory_order_relaxed);
    if (status == 429)
        atomic_fetch_add_explicit(&m->limited, 1, memory_order_relaxed);
}

static void add(struct str *out, const char *name, const char *help, const char *context,
                uint64_t value)
{
    str_fmt(out, "# HELP gatehouse_%s %s\n# TYPE gatehouse_%s %s\n", name, help, name,
            strstr(name, "_total") != NULL ? "counter" : "gauge");
    str_fmt(out, "gatehouse_%s{context=\"%s\"} %" PRIu64 "\n", name, context, value);
}

static void add_answers(struct str *out, struct metrics *m, const char *context)
{
    str_add(out,
            "# HELP gatehouse_answers_total Answers by class of status.\n"
            "# TYPE gatehouse_answers_total counter\n");
    for (int i = 0; i < METRICS_CLASSES; i++)
        str_fmt(out, "gatehouse_answers_total{context=\"%s\",class=\"%dxx\"} %" PRIu64 "\n",
                context, i + 1, (uint64_t)atomic_load(&m->answers[i]));
}

bool metrics_answer(struct req *rq, struct metrics *m, const char *name)
{
    if (strcmp(rq->path, "/metrics") != 0 || rq->method != METHOD_GET ||
        strncmp(rq->address, "127.", 4) != 0 || req_header(rq, "X-Forwarded-For") != NULL)
        return false;
    rq->type = "text/plain; version=0.0.4; charset=utf-8";
    add_answers(&rq->out, m, name);
    add(&rq->out, "answer_microseconds_total", "Time spent on answers.", name,
        atomic_load(&m->micros));
    add(&rq->out, "reruns_total", "Requests run again after a deadlock or a lost connection.", name,
        atomic_load(&m->reruns));
    add(&rq->out, "limited_total", "Requests over the rate of their address.", name,
        atomic_load(&m->limited));
    add(&rq->out, "in_flight", "Requests being answered.", name, atomic_load(&m->in_flight));
    return true;
}
