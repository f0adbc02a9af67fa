/* Messages to and from a worker: the input is what lies in the socket. A request in it is answered
 * as a worker would, its limits cut down. */
#include "scripts/script_wire.h"
#include "scripts/script_worker.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

static void cut(json_t *limits, const char *key, json_int_t most)
{
    json_t *value = json_object_get(limits, key);

    if (!json_is_integer(value) || json_integer_value(value) > most)
        json_object_set_new(limits, key, json_integer(most));
}

static bool refuse(void *arg, const char *name, const json_t *args, const json_t **answer,
                   const char **refusal)
{
    (void)arg, (void)name, (void)args, (void)answer;
    *refusal = "no";
    return false;
}

static void answer(struct arena *mem, json_t *request)
{
    json_t *limits = json_object_get(request, "limits");
    json_t *reply;

    if (!json_is_object(limits)) {
        limits = json_own(mem, json_object());
        json_object_set(request, "limits", limits);
    }
    cut(limits, "instructions", 20000);
    cut(limits, "memory", 1024 * 1024);
    cut(limits, "steps", 20000);
    cut(limits, "lookups", 2);
    cut(limits, "effects", 5);
    reply = script_worker_answer(mem, request, refuse, NULL);
    assert(json_is_string(json_object_get(reply, "outcome")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(16 * 1024);
    json_t *message;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return 1;
    if (len == 0 || send(pair[0], bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len) {
        shutdown(pair[0], SHUT_WR);
        while (script_wire_receive(mem, pair[1], 0, &message) == SCRIPT_WIRE_OK)
            answer(mem, message);
    }
    close(pair[0]);
    close(pair[1]);
    arena_free(mem);
    return 0;
}
