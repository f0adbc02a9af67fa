#include "scripts/script_wire.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { HEAD_SIZE = 4, US_PER_MS = 1000 };

/* True when the descriptor can be used. A worker, whose system calls are few, waits in the call
 * itself. */
static enum script_wire_end wait_for(int fd, short events, int64_t until_us)
{
    struct pollfd one = {.fd = fd, .events = events};

    for (;;) {
        int64_t left = until_us - clock_mono_us();
        int ready;

        if (left <= 0)
            return SCRIPT_WIRE_LATE;
        ready = poll(&one, 1, (int)(left / US_PER_MS) + 1);
        if (ready > 0)
            return SCRIPT_WIRE_OK;
        if (ready < 0 && errno != EINTR)
            return SCRIPT_WIRE_CLOSED;
    }
}

static enum script_wire_end move_bytes(int fd, uint8_t *bytes, size_t len, bool is_send,
                                       int64_t until_us)
{
    int flags = MSG_NOSIGNAL | (until_us != 0 ? MSG_DONTWAIT : 0);

    for (size_t at = 0; at < len;) {
        ssize_t moved;

        if (until_us != 0) {
            enum script_wire_end end = wait_for(fd, is_send ? POLLOUT : POLLIN, until_us);
            if (end != SCRIPT_WIRE_OK)
                return end;
        }
        moved =
            is_send ? send(fd, bytes + at, len - at, flags) : recv(fd, bytes + at, len - at, flags);
        if (moved > 0)
            at += (size_t)moved;
        else if (moved == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return SCRIPT_WIRE_CLOSED;
    }
    return SCRIPT_WIRE_OK;
}

enum script_wire_end script_wire_send(int fd, const json_t *message, int64_t until_us)
{
    size_t len = json_dumpb(message, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
    struct arena *mem;
    enum script_wire_end end;
    uint8_t *frame;

    if (len == 0 || len > SCRIPT_WIRE_MAX)
        return SCRIPT_WIRE_BROKEN;
    mem = arena_make(HEAD_SIZE + len + 1);
    frame = arena_alloc(mem, HEAD_SIZE + len);
    for (int i = 0; i < HEAD_SIZE; i++)
        frame[i] = (uint8_t)(len >> (8 * (HEAD_SIZE - 1 - i)));
    json_dumpb(message, (char *)frame + HEAD_SIZE, len, JSON_COMPACT | JSON_ENCODE_ANY);
    end = move_bytes(fd, frame, HEAD_SIZE + len, true, until_us);
    arena_free(mem);
    return end;
}

enum script_wire_end script_wire_receive(struct arena *mem, int fd, int64_t until_us, json_t **out)
{
    uint8_t head[HEAD_SIZE];
    enum script_wire_end end = move_bytes(fd, head, sizeof head, false, until_us);
    struct err err = {0};
    size_t len = 0;
    uint8_t *body;

    if (end != SCRIPT_WIRE_OK)
        return end;
    for (int i = 0; i < HEAD_SIZE; i++)
        len = len << 8 | head[i];
    if (len == 0 || len > SCRIPT_WIRE_MAX)
        return SCRIPT_WIRE_BROKEN;
    body = arena_alloc(mem, len);
    end = move_bytes(fd, body, len, false, until_us);
    if (end != SCRIPT_WIRE_OK)
        return end;
    if (!json_read(mem, &err, (const char *)body, len, out) || !json_is_object(*out))
        return SCRIPT_WIRE_BROKEN;
    return SCRIPT_WIRE_OK;
}
