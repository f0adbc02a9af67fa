#include "portal/mail/mail_send.h"

#include "base/crypto.h"
#include "portal/mail/mail_reach.h"

#include <curl/curl.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PASSWORD_MAX = 512, URL_MAX = 1100, USER_MAX = 512, CONNECT_MS = 10000 };

struct mail_sender {
    const struct config *config;
    CURL *easy; /* NULL: there is no relay */
    char url[URL_MAX], user[USER_MAX];
    const char *tls; /* static, or of config */
    bool is_own, is_guarded;
    char password[PASSWORD_MAX];
    char fault[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool read_password(struct err *err, const char *path, char out[PASSWORD_MAX])
{
    FILE *file = fopen(path, "re");
    size_t len;

    if (file == NULL)
        return err_set(err, &ERR_INTERNAL, "mail.password_file %s: %s", path, strerror(errno));
    len = fread(out, 1, PASSWORD_MAX - 1, file);
    fclose(file);
    out[len] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    return true;
}

static void start(struct mail_sender *s)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start_curl);
    if (s->url[0] != '\0' && (s->easy = curl_easy_init()) == NULL)
        abort();
}

bool mail_sender_make(struct err *err, const struct config *config, struct mail_sender **out)
{
    struct mail_sender *s = calloc(1, sizeof *s);

    if (s == NULL)
        abort();
    s->config = config;
    if (*config->mail_password_file != '\0' &&
        !read_password(err, config->mail_password_file, s->password)) {
        free(s);
        return false;
    }
    snprintf(s->url, sizeof s->url, "%s", config->mail_relay);
    snprintf(s->user, sizeof s->user, "%s", config->mail_user);
    s->tls = config->mail_tls;
    start(s);
    *out = s;
    return true;
}

struct mail_sender *mail_sender_make_way(const struct config *config, const struct mail_way *way)
{
    struct mail_sender *s = calloc(1, sizeof *s);

    if (s == NULL)
        abort();
    s->config = config;
    s->is_own = true;
    s->is_guarded = way->is_guarded;
    s->tls = strcmp(way->tls, "never") == 0 ? "never" : "required";
    snprintf(s->url, sizeof s->url, "%s", way->url);
    snprintf(s->user, sizeof s->user, "%s", way->user);
    snprintf(s->password, sizeof s->password, "%s", way->password);
    start(s);
    return s;
}

void mail_sender_free(struct mail_sender *s)
{
    if (s == NULL)
        return;
    curl_easy_cleanup(s->easy);
    crypto_wipe(s->password, sizeof s->password);
    free(s);
}

/* --- the spool --- */

const char *mail_send_spool_path(struct arena *mem, const struct config *config,
                                 struct id tenant_id, struct id id)
{
    return arena_printf(mem, "%s/%s/%s.eml", config->mail_spool, id_text(mem, tenant_id),
                        id_text(mem, id));
}

static bool write_all(int fd, struct span bytes)
{
    size_t done = 0;

    while (done < bytes.len) {
        ssize_t n = write(fd, bytes.p + done, bytes.len - done);

        if (n < 0)
            return false;
        done += (size_t)n;
    }
    return fsync(fd) == 0;
}

static bool make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Whole or not at all: written beside its place, then moved there. */
static bool spool(struct arena *mem, const struct config *config, const struct mail_out *mail,
                  struct span message)
{
    const char *path = mail_send_spool_path(mem, config, mail->tenant_id, mail->id);
    const char *beside = arena_printf(mem, "%s.new", path);
    const char *folder =
        arena_printf(mem, "%s/%s", config->mail_spool, id_text(mem, mail->tenant_id));
    bool ok;
    int fd;

    if (!make_folder(config->mail_spool) || !make_folder(folder))
        return false;
    fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    ok = write_all(fd, message);
    ok = close(fd) == 0 && ok;
    return ok && rename(beside, path) == 0;
}

/* --- the relay --- */

struct reading {
    struct span left;
};

static size_t give_bytes(char *to, size_t size, size_t count, void *arg)
{
    struct reading *r = arg;
    size_t n = size * count < r->left.len ? size * count : r->left.len;

    if (n > 0)
        memcpy(to, r->left.p, n);
    r->left.p += n;
    r->left.len -= n;
    return n;
}

static long tls_of(const struct mail_sender *s)
{
    if (strcmp(s->tls, "required") == 0)
        return CURLUSESSL_ALL;
    return strcmp(s->tls, "offered") == 0 ? CURLUSESSL_TRY : CURLUSESSL_NONE;
}

/* How the relay is reached. */
static bool set_up(struct mail_sender *s)
{
    const struct config *config = s->config;
    CURL *easy = s->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, s->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USE_SSL, tls_of(s)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)config->mail_timeout_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           (*config->mail_ca_file == '\0' ||
            curl_easy_setopt(easy, CURLOPT_CAINFO, config->mail_ca_file) == CURLE_OK) &&
           (!s->is_guarded || mail_reach_guard(easy)) &&
           (s->user[0] == '\0' ||
            (curl_easy_setopt(easy, CURLOPT_USERNAME, s->user) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_PASSWORD, s->password) == CURLE_OK)) &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, s->fault) == CURLE_OK;
}

/* What it is given. */
static bool set_mail(struct mail_sender *s, const struct mail_out *mail, struct curl_slist *to,
                     struct reading *reading)
{
    /* A tenant's own server lets its own address through, and seldom another. */
    const char *from =
        s->is_own && *mail->from_address != '\0' ? mail->from_address : s->config->mail_sender;
    CURL *easy = s->easy;

    return curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_bytes) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READDATA, reading) == CURLE_OK;
}

static void relay(struct mail_sender *s, struct arena *mem, const struct mail_out *mail,
                  struct span message, struct mail_outcome *outcome)
{
    struct reading reading = {message};
    struct curl_slist *to = curl_slist_append(NULL, mail->to_address);
    CURLcode result = CURLE_OUT_OF_MEMORY;
    long code = 0;

    s->fault[0] = '\0';
    if (to != NULL && set_up(s) && set_mail(s, mail, to, &reading))
        result = curl_easy_perform(s->easy);
    curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &code);
    outcome->is_sent = result == CURLE_OK;
    if (!outcome->is_sent) {
        outcome->is_final = code >= 550 && code < 560;
        outcome->fault = arena_printf(
            mem, "%s (%ld)", s->fault[0] != '\0' ? s->fault : curl_easy_strerror(result), code);
    }
    curl_slist_free_all(to);
}

void mail_send(struct mail_sender *s, struct arena *mem, const struct mail_out *mail,
               struct span message, struct mail_outcome *outcome)
{
    *outcome = (struct mail_outcome){.is_sent = false};
    if (s->easy != NULL) {
        relay(s, mem, mail, message, outcome);
        return;
    }
    outcome->is_sent = spool(mem, s->config, mail, message);
    if (!outcome->is_sent)
        outcome->fault = arena_printf(mem, "mail.spool: %s", strerror(errno));
}

bool mail_send_try(struct mail_sender *s, struct arena *mem, const char **say)
{
    const struct config *config = s->config;
    CURLcode result = CURLE_OUT_OF_MEMORY;

    if (s->easy == NULL) {
        bool ok = make_folder(config->mail_spool) && access(config->mail_spool, W_OK) == 0;

        *say =
            ok ? arena_printf(mem, "no server is set: mails are laid into %s", config->mail_spool)
               : arena_printf(mem, "mail.spool %s: %s", config->mail_spool, strerror(errno));
        return ok;
    }
    s->fault[0] = '\0';
    if (set_up(s) && curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK)
        result = curl_easy_perform(s->easy);
    *say = result == CURLE_OK
               ? arena_printf(mem, "%s takes mails", s->url)
               : arena_printf(mem, "%s: %s", s->url,
                              s->fault[0] != '\0' ? s->fault : curl_easy_strerror(result));
    return result == CURLE_OK;
}

const char *mail_send_look(struct mail_sender *s, struct arena *mem, const char **detail)
{
    CURLcode result = CURLE_OUT_OF_MEMORY;

    s->fault[0] = '\0';
    if (set_up(s) && curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
        curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, (long)MAIL_REACH_TRY_MS) == CURLE_OK)
        result = curl_easy_perform(s->easy);
    *detail = arena_dup(mem, s->fault);
    return mail_reach_say((int)result);
}
