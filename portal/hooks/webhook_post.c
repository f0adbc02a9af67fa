#include "portal/hooks/webhook_post.h"

#include "base/utf8.h"
#include "portal/hooks/webhook_url.h"

#include <curl/curl.h>

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_READ_MAX = 64 * 1024, CONNECT_MS = 5000, POLL_MS = 200 };

struct way { /* one post on its way */
    struct webhook_post *post;
    const struct webhook_post_limits *limits;
    CURL *easy;
    struct curl_slist *headers;
    struct str answer;
    size_t received;
    bool is_refused; /* its name stands for an address that is not public */
    char fault[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Called with the address that is about to be connected to: what is looked at is what is used, so a
 * name that changes its mind between a check and its use gains nothing. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct way *way = arg;
    int fd;

    if (purpose != CURLSOCKTYPE_IPCXN ||
        !webhook_url_may_reach(&to->addr, way->limits->allows_local)) {
        way->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    fd = socket(to->family, to->socktype, to->protocol);
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        close(fd);
        fd = -1;
    }
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *arg)
{
    struct way *way = arg;
    size_t len = size * count;
    size_t room = way->limits->answer_max - way->answer.len;

    str_add_n(&way->answer, bytes, len < room ? len : room);
    way->received += len;
    return way->received > ANSWER_READ_MAX ? 0 : len;
}

static bool set_up(struct way *way)
{
    CURL *easy = way->easy;
    const struct webhook_post *post = way->post;
    struct curl_slist *all = NULL;

    for (size_t i = 0; post->headers[i] != NULL; i++) {
        all = curl_slist_append(way->headers, post->headers[i]);
        if (all == NULL)
            return false;
        way->headers = all;
    }
    return curl_easy_setopt(easy, CURLOPT_URL, post->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, post->target) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                            way->limits->allows_local ? "http,https" : "https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)way->limits->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post->body.p) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, way->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, way) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, way) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, way->fault) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, way) == CURLE_OK;
}

/* What is kept of an answer is shown on a page: it has to be text. */
static const char *as_text(struct arena *mem, const struct str *answer)
{
    size_t len = answer->len;

    while (len > 0 && !utf8_valid(answer->p, len) && answer->len - len < 4)
        len--; /* cut within a character */
    if (memchr(answer->p, '\0', len) != NULL || !utf8_valid(answer->p, len))
        return NULL;
    return arena_dup_bytes(mem, answer->p, len);
}

static void settle(struct arena *mem, struct way *way, CURLcode result)
{
    long code = 0;

    curl_easy_getinfo(way->easy, CURLINFO_RESPONSE_CODE, &code);
    /* An answer that was too long is one all the same. */
    if (result == CURLE_OK || (result == CURLE_WRITE_ERROR && way->received > ANSWER_READ_MAX)) {
        way->post->code = (int)code;
        way->post->answer = as_text(mem, &way->answer);
        return;
    }
    way->post->fault =
        way->is_refused
            ? "The name stands for an address that is not public."
            : arena_dup(mem, way->fault[0] != '\0' ? way->fault : curl_easy_strerror(result));
}

static void collect(struct arena *mem, CURLM *multi)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        char *private = NULL;

        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) == CURLE_OK)
            settle(mem, (struct way *)(void *)private, message->data.result);
    }
}

/* Each has its own time limit, so the loop ends. */
static void run(struct arena *mem, CURLM *multi)
{
    int running = 1;

    while (running > 0) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            break;
        collect(mem, multi);
        if (running > 0 && curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            break;
    }
    collect(mem, multi);
}

void webhook_post_all(struct arena *mem, const struct webhook_post_limits *limits,
                      struct webhook_post *posts, size_t count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct way *ways = arena_array(mem, struct way, count);
    CURLM *multi;

    pthread_once(&once, start_curl);
    multi = curl_multi_init();
    for (size_t i = 0; i < count; i++) {
        struct way *way = &ways[i];

        *way = (struct way){.post = &posts[i], .limits = limits, .answer = str_new(mem)};
        posts[i].code = 0;
        posts[i].answer = NULL;
        posts[i].fault = "The post could not be started.";
        way->easy = multi != NULL ? curl_easy_init() : NULL;
        if (way->easy != NULL && set_up(way) && curl_multi_add_handle(multi, way->easy) == CURLM_OK)
            posts[i].fault = "The post was broken off.";
    }
    if (multi != NULL)
        run(mem, multi);
    for (size_t i = 0; i < count; i++) {
        if (posts[i].code != 0)
            posts[i].fault = NULL;
        if (ways[i].easy != NULL)
            curl_multi_remove_handle(multi, ways[i].easy);
        curl_easy_cleanup(ways[i].easy);
        curl_slist_free_all(ways[i].headers);
    }
    if (multi != NULL)
        curl_multi_cleanup(multi);
}
