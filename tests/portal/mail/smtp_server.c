#include "tests/portal/mail/smtp_server.h"

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

enum { MAIL_MAX = 256 * 1024, KEPT_MAX = 64, WAIT_MS = 5000, TICK_MS = 20, LINE_MAX_BYTES = 2048 };

struct smtp_server {
    int fd;
    unsigned port;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    bool must_stop, hangs_up;
    const char *refusal;
    char *kept[KEPT_MAX];
    size_t kept_count;
    char login[128]; /* as it was sent, in base64 */
};

struct talk { /* one connection */
    int fd;
    char line[LINE_MAX_BYTES];
    char *mail;
    size_t len;
};

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* One line without its end; byte by byte, since this is a test. */
static bool hear(struct talk *t)
{
    struct pollfd p = {.fd = t->fd, .events = POLLIN};
    size_t len = 0;
    char c;

    while (len + 1 < sizeof t->line && poll(&p, 1, WAIT_MS) == 1 && read(t->fd, &c, 1) == 1) {
        if (c == '\n') {
            t->line[len > 0 && t->line[len - 1] == '\r' ? len - 1 : len] = '\0';
            return true;
        }
        t->line[len++] = c;
    }
    return false;
}

static void keep_line(struct talk *t)
{
    size_t len = strlen(t->line);

    assert(t->len + len + 2 < MAIL_MAX);
    memcpy(t->mail + t->len, t->line, len);
    t->len += len;
    t->mail[t->len++] = '\n';
    t->mail[t->len] = '\0';
}

static void take(struct smtp_server *s, struct talk *t)
{
    pthread_mutex_lock(&s->lock);
    if (s->kept_count < KEPT_MAX) {
        s->kept[s->kept_count] = calloc(1, t->len + 1);
        assert(s->kept[s->kept_count] != NULL);
        memcpy(s->kept[s->kept_count++], t->mail, t->len);
    }
    pthread_mutex_unlock(&s->lock);
    t->len = 0;
}

static bool hear_data(struct smtp_server *s, struct talk *t)
{
    if (!say(t->fd, "354 go on\r\n"))
        return false;
    while (hear(t)) {
        if (strcmp(t->line, ".") == 0) {
            take(s, t);
            return say(t->fd, "250 taken\r\n");
        }
        keep_line(t);
    }
    return false;
}

static bool answer(struct smtp_server *s, struct talk *t)
{
    const char *refusal;

    if (strncasecmp(t->line, "EHLO", 4) == 0)
        return say(t->fd, "250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n");
    if (strncasecmp(t->line, "AUTH PLAIN", 10) == 0) {
        if (!say(t->fd, "334 \r\n") || !hear(t))
            return false;
        pthread_mutex_lock(&s->lock);
        memcpy(s->login, t->line, sizeof s->login - 1);
        pthread_mutex_unlock(&s->lock);
        return say(t->fd, "235 welcome\r\n");
    }
    if (strncasecmp(t->line, "MAIL FROM", 9) == 0) {
        t->len = 0;
        keep_line(t);
        return say(t->fd, "250 fine\r\n");
    }
    if (strncasecmp(t->line, "RCPT TO", 7) == 0) {
        keep_line(t);
        pthread_mutex_lock(&s->lock);
        refusal = s->refusal;
        pthread_mutex_unlock(&s->lock);
        return say(t->fd, refusal != NULL ? refusal : "250 fine\r\n");
    }
    if (strcasecmp(t->line, "DATA") == 0)
        return hear_data(s, t);
    if (strcasecmp(t->line, "QUIT") == 0) {
        say(t->fd, "221 bye\r\n");
        return false;
    }
    return say(t->fd, "250 fine\r\n");
}

static void serve(struct smtp_server *s, int fd)
{
    struct talk t = {.fd = fd, .mail = calloc(1, MAIL_MAX)};
    bool hangs_up;

    assert(t.mail != NULL);
    pthread_mutex_lock(&s->lock);
    hangs_up = s->hangs_up;
    pthread_mutex_unlock(&s->lock);
    if (!hangs_up && say(fd, "220 test\r\n"))
        while (hear(&t) && answer(s, &t))
            continue;
    free(t.mail);
    close(fd);
}

static bool goes_on(struct smtp_server *s)
{
    bool result;

    pthread_mutex_lock(&s->lock);
    result = !s->must_stop;
    pthread_mutex_unlock(&s->lock);
    return result;
}

static void *run(void *arg)
{
    struct smtp_server *s = arg;

    while (goes_on(s)) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        int fd = poll(&p, 1, TICK_MS) == 1 ? accept(s->fd, NULL, NULL) : -1;

        if (fd >= 0)
            serve(s, fd);
    }
    return NULL;
}

struct smtp_server *smtp_server_start(void)
{
    struct smtp_server *s = calloc(1, sizeof *s);
    struct sockaddr_in at = {.sin_family = AF_INET};
    struct sockaddr *generic = (struct sockaddr *)&at;
    socklen_t size = sizeof at;
    bool ok;

    assert(s != NULL);
    pthread_mutex_init(&s->lock, NULL);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    ok = s->fd >= 0 && bind(s->fd, generic, size) == 0 && listen(s->fd, 16) == 0 &&
         getsockname(s->fd, generic, &size) == 0 && pthread_create(&s->thread, NULL, run, s) == 0;
    assert(ok);
    (void)ok;
    s->port = ntohs(at.sin_port);
    return s;
}

void smtp_server_stop(struct smtp_server *s)
{
    pthread_mutex_lock(&s->lock);
    s->must_stop = true;
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    for (size_t i = 0; i < s->kept_count; i++)
        free(s->kept[i]);
    close(s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

const char *smtp_server_url(const struct smtp_server *s, struct arena *mem)
{
    return arena_printf(mem, "smtp://127.0.0.1:%u", s->port);
}

void smtp_server_refuse(struct smtp_server *s, const char *refusal)
{
    pthread_mutex_lock(&s->lock);
    s->refusal = refusal;
    pthread_mutex_unlock(&s->lock);
}

void smtp_server_hang_up(struct smtp_server *s, bool is_hanging_up)
{
    pthread_mutex_lock(&s->lock);
    s->hangs_up = is_hanging_up;
    pthread_mutex_unlock(&s->lock);
}

size_t smtp_server_count(struct smtp_server *s)
{
    size_t count;

    pthread_mutex_lock(&s->lock);
    count = s->kept_count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

const char *smtp_server_login(struct smtp_server *s, struct arena *mem)
{
    const char *login;

    pthread_mutex_lock(&s->lock);
    login = arena_dup(mem, s->login);
    pthread_mutex_unlock(&s->lock);
    return login;
}

const char *smtp_server_mail(struct smtp_server *s, struct arena *mem, size_t n)
{
    const char *mail = NULL;

    pthread_mutex_lock(&s->lock);
    if (n < s->kept_count)
        mail = arena_dup(mem, s->kept[n]);
    pthread_mutex_unlock(&s->lock);
    return mail;
}
