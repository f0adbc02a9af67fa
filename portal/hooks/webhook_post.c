#include "portal/hooks/webhook_post.h"

#include "base/utf8.h"
#include "portal/hooks/webhook_url.h"

#include <curl/curl.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_READ_MAX = 64 * 1024, CONNECT_MS = 5000 };

struct way { /* one post on its way; in the post's arena */
    struct way *next;
    struct webhook_post *post;
    const struct webhook_post_limits *limits;
    CURL *easy;
    struct curl_slist *headers;
    struct str answer;
    size_t received;
    bool is_refused; /* its name stands for an address that is not public */
    char fault[CURL_ERROR_SIZE];
};

struct webhook_post_set {
    struct webhook_post_limits limits;
    CURLM *multi;
    struct way *ways; /* on their way */
    size_t count;
    struct webhook_post *done;
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

static bool set_body(CURL *easy, struct span body)
{
    if (body.p == NULL)
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.p) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len) == CURLE_OK;
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
           set_body(easy, post->body) &&
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

static void settle(struct way *way, CURLcode result)
{
    struct webhook_post *post = way->post;
    long code = 0;

    curl_easy_getinfo(way->easy, CURLINFO_RESPONSE_CODE, &code);
    /* An answer that was too long is one all the same. */
    if (result == CURLE_OK || (result == CURLE_WRITE_ERROR && way->received > ANSWER_READ_MAX)) {
        post->code = (int)code;
        post->answer = as_text(post->mem, &way->answer);
        post->fault = NULL;
    } else if (way->is_refused) {
        post->fault = "The name stands for an address that is not public.";
    } else {
        post->fault =
            arena_dup(post->mem, way->fault[0] != '\0' ? way->fault : curl_easy_strerror(result));
    }
}

struct webhook_post_set *webhook_post_set_make(const struct webhook_post_limits *limits)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct webhook_post_set *set = calloc(1, sizeof *set);

    pthread_once(&once, start_curl);
    if (set == NULL || (set->multi = curl_multi_init()) == NULL)
        abort();
    set->limits = *limits;
    return set;
}

static void finish(struct webhook_post_set *set, struct webhook_post *post)
{
    post->next = set->done;
    set->done = post;
}

/* Takes it off the set's list and ends its connection. */
static void take_off(struct webhook_post_set *set, struct way *way)
{
    struct way **at = &set->ways;

    while (*at != way)
        at = &(*at)->next;
    *at = way->next;
    set->count--;
    curl_multi_remove_handle(set->multi, way->easy);
    curl_easy_cleanup(way->easy);
    curl_slist_free_all(way->headers);
}

void webhook_post_set_free(struct webhook_post_set *set)
{
    while (set->ways != NULL)
        take_off(set, set->ways);
    curl_multi_cleanup(set->multi);
    free(set);
}

void webhook_post_set_add(struct webhook_post_set *set, struct webhook_post *post)
{
    struct way *way = arena_new(post->mem, struct way);

    *way = (struct way){.post = post, .limits = &set->limits, .answer = str_new(post->mem)};
    post->code = 0;
    post->answer = NULL;
    post->fault = "The post could not be started.";
    way->easy = curl_easy_init();
    if (way->easy != NULL && set_up(way) &&
        curl_multi_add_handle(set->multi, way->easy) == CURLM_OK) {
        way->next = set->ways;
        set->ways = way;
        set->count++;
        return;
    }
    curl_easy_cleanup(way->easy);
    curl_slist_free_all(way->headers);
    finish(set, post);
}

size_t webhook_post_set_count(const struct webhook_post_set *set)
{
    return set->count;
}

void webhook_post_set_work(struct webhook_post_set *set, int wait_ms)
{
    CURLMsg *message;
    int running = 0;
    int left;

    if (curl_multi_perform(set->multi, &running) == CURLM_OK && running > 0 &&
        (size_t)running == set->count)
        curl_multi_poll(set->multi, NULL, 0, wait_ms, NULL);
    while ((message = curl_multi_info_read(set->multi, &left)) != NULL) {
        CURLcode result = message->data.result;
        char *private = NULL;
        struct way *way;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK)
            continue;
        way = (struct way *)(void *)private;
        settle(way, result);
        take_off(set, way);
        finish(set, way->post);
    }
}

struct webhook_post *webhook_post_set_next(struct webhook_post_set *set)
{
    struct webhook_post *post = set->done;

    if (post != NULL)
        set->done = post->next;
    return post;
}
