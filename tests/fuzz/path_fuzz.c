/* Request targets: the door, decoding of segments and parameters, and the route table. The input is
 * the path; what follows a '?' is the query. */
#include "base/utf8.h"
#include "portal/http/door.h"
#include "portal/http/route.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static bool handle(struct req *rq)
{
    (void)rq;
    return true;
}

const struct route ROUTES[] = {
    {METHOD_GET, "/", handle, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/tickets/{id}", handle, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/tickets/new", handle, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/kb/{a}/{b}/{c}", handle, NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/kb/{a}", handle, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {.pattern = NULL},
};

static void check_found(const struct req *rq)
{
    for (size_t i = 0; i < REQ_ARGS_MAX; i++)
        if (rq->args[i] != NULL)
            for (const char *c = rq->args[i]; *c != '\0'; c++)
                assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct router *router;
    struct arena *mem = arena_make(4096);
    struct err err = {.kind = NULL};
    struct req rq = {.cx = {.mem = mem}};
    struct span target = {(const char *)bytes, len}, path = {"", 0};
    const struct req_field fields[] = {{"Host", "x"}};
    struct door door;
    bool known;

    if (router == NULL && !route_compile(&err, ROUTES, false, &router))
        return 1;
    if (len > 0)
        span_cut(&target, '?', &path);
    rq.path = span_dup(mem, path);
    rq.query = target.p == NULL || len == 0 ? "" : span_dup(mem, target);
    rq.fields = fields;
    rq.field_count = 1;
    door_check(&rq, &door);
    if (door.status == 0 && route_find(router, &rq, &known) != NULL)
        check_found(&rq);
    if (door.status == 0) {
        const char *q = req_query(&rq, "q");

        assert(q == NULL || utf8_valid(q, strlen(q)));
    }
    arena_free(mem);
    return 0;
}
