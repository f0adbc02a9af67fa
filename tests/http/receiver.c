#include "tests/http/receiver.h"

#include "base/attr.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PLAN_MAX = 32, KEPT_MAX = 256, REQUEST_MAX = 256 * 1024, WAIT_MS = 10000, TICK_MS = 20 };

const char RECEIVER_SILENCE[] = "";
static const char FINE[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

struct receiver {
    int fd;
    unsigned port;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    bool must_stop;
    const char *plan[PLAN_MAX];
    size_t plan_count, plan_next;
    char *kept[KEPT_MAX];
    size_t kept_count;
    int silent[KEPT_MAX]; /* connections that are left open without an answer */
    size_t silent_count;
};

static size_t length_of(const char *text, const char *head_end)
{
    static const char NAME[] = "\r\ncontent-length:";
    size_t length = 0;

    for (const char *c = text; c < head_end; c++)
        if (strncasecmp(c, NAME, sizeof NAME - 1) == 0)
            for (c += sizeof NAME - 1; *c == ' ' || (*c >= '0' && *c <= '9'); c++)
                length = *c == ' ' ? length : length * 10 + (size_t)(*c - '0');
    return length;
}

static char *read_request(int fd)
{
    char *text = calloc(1, REQUEST_MAX + 1);
    size_t len = 0;

    assert(text != NULL);
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        const char *end = strstr(text, "\r\n\r\n");
        ssize_t n;

        if (end != NULL && len >= (size_t)(end - text) + 4 + length_of(text, end))
            return text;
        if (len == REQUEST_MAX || poll(&p, 1, WAIT_MS) != 1)
            break;
        n = read(fd, text + len, REQUEST_MAX - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    free(text);
    return NULL;
}

static void serve(struct receiver *r, int fd)
{
    char *text = read_request(fd);
    const char *answer = FINE;
    size_t sent = 0;

    pthread_mutex_lock(&r->lock);
    if (text != NULL && r->kept_count < KEPT_MAX) {
        r->kept[r->kept_count++] = text;
        text = NULL;
        if (r->plan_count > 0)
            answer = r->plan[r->plan_next];
        if (r->plan_next + 1 < r->plan_count)
            r->plan_next++;
    }
    if (answer == RECEIVER_SILENCE && r->silent_count < KEPT_MAX) {
        r->silent[r->silent_count++] = fd;
        fd = -1;
    }
    pthread_mutex_unlock(&r->lock);
    free(text);
    while (fd >= 0 && sent < strlen(answer)) {
        ssize_t n = send(fd, answer + sent, strlen(answer) - sent, MSG_NOSIGNAL);

        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    if (fd >= 0)
        close(fd);
}

static bool goes_on(struct receiver *r)
{
    bool answer;

    pthread_mutex_lock(&r->lock);
    answer = !r->must_stop;
    pthread_mutex_unlock(&r->lock);
    return answer;
}

static void *run(void *arg)
{
    struct receiver *r = arg;

    while (goes_on(r)) {
        struct pollfd p = {.fd = r->fd, .events = POLLIN};
        int fd = poll(&p, 1, TICK_MS) == 1 ? accept(r->fd, NULL, NULL) : -1;

        if (fd >= 0)
            serve(r, fd);
    }
    return NULL;
}

struct receiver *receiver_start(void)
{
    struct receiver *r = calloc(1, sizeof *r);
    struct sockaddr_in at = {.sin_family = AF_INET};
    struct sockaddr *generic = (struct sockaddr *)&at;
    socklen_t size = sizeof at;
    bool ok;

    assert(r != NULL);
    pthread_mutex_init(&r->lock, NULL);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->fd = socket(AF_INET, SOCK_STREAM, 0);
    ok = r->fd >= 0 && bind(r->fd, generic, size) == 0 && listen(r->fd, 64) == 0 &&
         getsockname(r->fd, generic, &size) == 0;
    assert(ok);
    r->port = ntohs(at.sin_port);
    ok = pthread_create(&r->thread, NULL, run, r) == 0;
    assert(ok);
    (void)ok;
    return r;
}

void receiver_stop(struct receiver *r)
{
    pthread_mutex_lock(&r->lock);
    r->must_stop = true;
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    for (size_t i = 0; i < r->silent_count; i++)
        close(r->silent[i]);
    for (size_t i = 0; i < r->kept_count; i++)
        free(r->kept[i]);
    close(r->fd);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

unsigned receiver_port(const struct receiver *r)
{
    return r->port;
}

void receiver_plan(struct receiver *r, const char *const *answers, size_t count)
{
    assert(count <= PLAN_MAX);
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < count; i++)
        r->plan[i] = answers[i];
    r->plan_count = count;
    r->plan_next = 0;
    pthread_mutex_unlock(&r->lock);
}

size_t receiver_count(struct receiver *r)
{
    size_t count;

    pthread_mutex_lock(&r->lock);
    count = r->kept_count;
    pthread_mutex_unlock(&r->lock);
    return count;
}

const char *receiver_request(struct receiver *r, struct arena *mem, size_t n)
{
    const char *text = NULL;

    pthread_mutex_lock(&r->lock);
    if (n < r->kept_count)
        text = arena_dup(mem, r->kept[n]);
    pthread_mutex_unlock(&r->lock);
    return text;
}
