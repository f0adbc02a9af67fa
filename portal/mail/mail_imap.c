/* libcurl's own FETCH marks a mail as seen before we have it: so how far a mailbox was read is
 * known from UIDs that are kept here, never from flags. */
#include "portal/mail/mail_imap.h"

#include "portal/http/lang.h"
#include "portal/mail/mail_in.h"
#include "portal/mail/mail_reach.h"

#include <curl/curl.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 1200, COMMAND_MAX = 600, ANSWER_MAX = 1024 * 1024, DIGITS_MAX = 19 };

const struct err_kind ERR_MAIL_IMAP = {ERR_CLASS_BUSY, "MAILBOX",
                                       "The mailbox cannot be read at present."};

struct mail_imap {
    CURL *easy;
    const struct mail_inbox *box;
    const char *password;
    bool is_guarded;
    long timeout_ms;
    CURLcode result; /* of the last command */
    char fault[CURL_ERROR_SIZE];
};

struct taking { /* what the server says */
    struct str text;
    size_t max;
    bool is_over;
};

struct mail_imap *mail_imap_make(const struct mail_inbox *box, const char *password)
{
    struct mail_imap *imap = calloc(1, sizeof *imap);

    if (imap == NULL || (imap->easy = curl_easy_init()) == NULL)
        abort();
    imap->box = box;
    imap->password = password;
    imap->timeout_ms = MAIL_IMAP_TIMEOUT_MS;
    return imap;
}

void mail_imap_guard(struct mail_imap *imap)
{
    imap->is_guarded = true;
}

void mail_imap_free(struct mail_imap *imap)
{
    if (imap == NULL)
        return;
    curl_easy_cleanup(imap->easy);
    free(imap);
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *arg)
{
    struct taking *t = arg;

    if (t->text.len + size * count > t->max) {
        t->is_over = true;
        return 0;
    }
    str_add_n(&t->text, bytes, size * count);
    return size * count;
}

/* uid 0: the folder. */
static bool set_url(struct mail_imap *imap, int64_t uid)
{
    const struct mail_inbox *box = imap->box;
    char *folder = curl_easy_escape(imap->easy, box->folder, 0);
    char url[URL_MAX];
    bool ok;

    snprintf(url, sizeof url, "%s://%s:%lld/%s", strcmp(box->tls, "always") == 0 ? "imaps" : "imap",
             box->host, (long long)box->port, folder != NULL ? folder : "INBOX");
    if (uid > 0)
        snprintf(url + strlen(url), sizeof url - strlen(url), "/;UID=%lld", (long long)uid);
    ok = curl_easy_setopt(imap->easy, CURLOPT_URL, url) == CURLE_OK;
    curl_free(folder);
    return ok;
}

static bool set_up(struct mail_imap *imap, struct taking *body, struct taking *lines)
{
    CURL *easy = imap->easy;
    long tls = strcmp(imap->box->tls, "never") == 0 ? CURLUSESSL_NONE : CURLUSESSL_ALL;

    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "imap,imaps") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USE_SSL, tls) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, imap->timeout_ms) == CURLE_OK &&
           (!imap->is_guarded || mail_reach_guard(easy)) &&
           curl_easy_setopt(easy, CURLOPT_USERNAME, imap->box->login) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PASSWORD, imap->password) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, imap->fault) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_bytes) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, lines) == CURLE_OK;
}

/* command NULL: the mail itself is fetched. */
static bool perform(struct err *err, struct mail_imap *imap, int64_t uid, const char *command,
                    struct taking *body, struct taking *lines)
{
    CURLcode result = CURLE_OUT_OF_MEMORY;

    imap->fault[0] = '\0';
    if (set_up(imap, body, lines) && set_url(imap, command == NULL ? uid : 0) &&
        curl_easy_setopt(imap->easy, CURLOPT_CUSTOMREQUEST, command) == CURLE_OK)
        result = curl_easy_perform(imap->easy);
    imap->result = result;
    if (body->is_over)
        return err_set(err, &ERR_MAIL_SIZE, "mail %lld", (long long)uid);
    if (result != CURLE_OK)
        return err_set(err, &ERR_MAIL_IMAP, "%s",
                       imap->fault[0] != '\0' ? imap->fault : curl_easy_strerror(result));
    return true;
}

static int64_t number_at(const char *text)
{
    int64_t n = 0;

    for (int i = 0; i < DIGITS_MAX - 1 && isdigit((unsigned char)text[i]); i++)
        n = 10 * n + (text[i] - '0');
    return n;
}

static int64_t number_after(const char *lines, const char *mark)
{
    const char *at = strstr(lines, mark);

    return at != NULL ? number_at(at + strlen(mark)) : 0;
}

static int by_uid(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* "* SEARCH 4 5 6" */
static void read_uids(const char *text, int64_t after, struct mail_imap_look *out)
{
    const char *at = strstr(text, "SEARCH");

    out->count = 0;
    if (at == NULL)
        return;
    for (at += strlen("SEARCH"); *at == ' ' && out->count < MAIL_IMAP_UIDS_MAX;) {
        int64_t uid = number_at(++at);

        while (isdigit((unsigned char)*at))
            at++;
        if (uid > 0 && uid > after) /* "n:*" names the last mail in any case */
            out->uids[out->count++] = uid;
    }
    qsort(out->uids, out->count, sizeof out->uids[0], by_uid);
}

bool mail_imap_search(struct err *err, struct mail_imap *imap, int64_t after,
                      struct mail_imap_look *out)
{
    struct arena *mem = arena_make(URL_MAX);
    struct taking body = {.text = str_new(mem), .max = ANSWER_MAX};
    struct taking lines = {.text = str_new(mem), .max = ANSWER_MAX};
    char command[COMMAND_MAX] = "UID SEARCH UNSEEN UNDELETED";
    bool ok;

    if (after >= 0)
        snprintf(command, sizeof command, "UID SEARCH UID %lld:* UNDELETED", (long long)after + 1);
    ok = perform(err, imap, 0, command, &body, &lines);
    if (ok) {
        out->uid_validity = number_after(lines.text.p, "[UIDVALIDITY ");
        out->uid_next = number_after(lines.text.p, "[UIDNEXT ");
        read_uids(body.text.p, after, out);
        ok = out->uid_validity > 0 || err_set(err, &ERR_MAIL_IMAP, "the folder has no UIDVALIDITY");
    }
    arena_free(mem);
    return ok;
}

bool mail_imap_fetch(struct err *err, struct mail_imap *imap, struct arena *mem, int64_t uid,
                     struct span *out)
{
    struct taking body = {.text = str_new(mem), .max = MAIL_IN_BYTES_MAX};
    struct taking lines = {.text = str_new(mem), .max = (size_t)2 * MAIL_IN_BYTES_MAX};

    if (!perform(err, imap, uid, NULL, &body, &lines))
        return false;
    *out = (struct span){body.text.p, body.text.len};
    return true;
}

static bool command(struct err *err, struct mail_imap *imap, int64_t uid, const char *text)
{
    struct arena *mem = arena_make(URL_MAX);
    struct taking body = {.text = str_new(mem), .max = ANSWER_MAX};
    struct taking lines = {.text = str_new(mem), .max = ANSWER_MAX};
    bool ok = perform(err, imap, uid, text, &body, &lines);

    arena_free(mem);
    return ok;
}

bool mail_imap_done(struct err *err, struct mail_imap *imap, int64_t uid)
{
    char text[COMMAND_MAX];

    snprintf(text, sizeof text, "UID STORE %lld +FLAGS.SILENT (\\Seen)", (long long)uid);
    if (*imap->box->done_folder != '\0')
        snprintf(text, sizeof text, "UID MOVE %lld \"%s\"", (long long)uid, imap->box->done_folder);
    return command(err, imap, uid, text);
}

bool mail_imap_leave(struct err *err, struct mail_imap *imap, int64_t uid)
{
    char text[COMMAND_MAX];

    snprintf(text, sizeof text, "UID STORE %lld FLAGS.SILENT (\\Flagged)", (long long)uid);
    return command(err, imap, uid, text);
}

const char *mail_imap_look(struct mail_imap *imap, struct arena *mem, const char **detail)
{
    struct mail_imap_look *look = arena_new(mem, struct mail_imap_look);
    struct err err = {0};
    bool ok;

    imap->timeout_ms = MAIL_REACH_TRY_MS;
    ok = mail_imap_search(&err, imap, -1, look);
    *detail = arena_dup(mem, imap->fault);
    if (ok)
        return NULL;
    if (imap->result == CURLE_QUOTE_ERROR || imap->result == CURLE_REMOTE_FILE_NOT_FOUND)
        return T("The mailbox has no folder of that name.");
    return mail_reach_say(
        (int)(imap->result == CURLE_OK ? CURLE_WEIRD_SERVER_REPLY : imap->result));
}
