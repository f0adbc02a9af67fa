#include "portal/pages/demo_mail_page.h"

#include "portal/http/page.h"
#include "portal/mail/mail_message.h"
#include "portal/mail/mail_out.h"
#include "portal/mail/mail_send.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN = 30, MAIL_BYTES_MAX = 512 * 1024 };

bool demo_mail_page_is_open(const struct req *rq)
{
    return strcmp(rq->tenant->slug, "demo") == 0 && *rq->app->config.mail_relay == '\0';
}

/* The message as it lies in the spool; NULL when it does not (yet). */
static const char *read_spooled(struct req *rq, const struct mail_out *mail)
{
    const char *path =
        mail_send_spool_path(rq->cx.mem, &rq->app->config, mail->tenant_id, mail->id);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = arena_alloc(rq->cx.mem, MAIL_BYTES_MAX + 1);
    size_t len = 0;
    ssize_t n = 1;

    if (fd < 0)
        return NULL;
    while (n > 0 && len < MAIL_BYTES_MAX) {
        n = read(fd, text + len, MAIL_BYTES_MAX - len);
        len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    text[len] = '\0';
    return text;
}

/* The link of a line that is one, as a path of this site: the demo may be reached by another name
 * than its mails say. */
static const char *path_in(const char *line)
{
    const char *host = strstr(line, "://");

    if (strncmp(line, "http", 4) != 0 || host == NULL)
        return NULL;
    return strchr(host + 3, '/');
}

static json_t *lines_of(struct req *rq, const char *text)
{
    struct span rest = span_of(text != NULL ? text : "");
    json_t *lines = json_array();
    struct span line;

    while (span_cut(&rest, '\n', &line)) {
        const char *one = span_dup(rq->cx.mem, line);

        if (*one != '\0')
            json_array_append_new(lines,
                                  json_pack("{s:s,s:s?}", "text", one, "href", path_in(one)));
    }
    return lines;
}

static json_t *mail_json(struct req *rq, const struct mail_out *m)
{
    const char *message = read_spooled(rq, m);
    const char *text = message != NULL ? mail_message_text(rq->cx.mem, message) : NULL;

    return json_pack("{s:s,s:s,s:s,s:o,s:b,s:o}", "subject", m->subject, "name", m->to_name,
                     "address", m->to_address, "at", page_time(rq, m->created_at), "is_waiting",
                     text == NULL, "lines", lines_of(rq, text));
}

/* Anybody may look, as anybody may sign in to the demo: its accounts stand on the start page. The
 * system reads for him. */
static bool read_mails(struct req *rq, struct mail_out **list, size_t *count)
{
    struct viewer viewer = rq->cx.viewer;
    bool ok;

    rq->cx.viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = mail_out_list(&rq->cx, NULL, SHOWN, list, count);
    rq->cx.viewer = viewer;
    return ok;
}

bool demo_mail_page_list(struct req *rq)
{
    json_t *mails = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "mails", mails));
    struct mail_out *list;
    size_t count;

    if (!demo_mail_page_is_open(rq))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no demo");
    if (!read_mails(rq, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(mails, mail_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    reply_header(rq, "Cache-Control", "private, no-store");
    return page_render(rq, "demo_mail", page);
}
