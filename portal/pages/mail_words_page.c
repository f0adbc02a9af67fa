#include "portal/pages/mail_words_page.h"

#include "portal/http/page.h"
#include "portal/mail/mail_account.h"
#include "portal/notice/notice_preview.h"
#include "portal/notice/notice_text.h"

#include <string.h>

static const char HERE[] = "/desk/settings/mail/words";

/* --- the list --- */

static bool add_languages(struct req *rq, enum notice_kind kind, json_t *list)
{
    const char *name = notice_kind_words(kind)->name;

    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);
        struct notice_template t;

        if (!notice_template_get(&rq->cx, lang, kind, &t))
            return false;
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:b,s:s?}", "href",
                            arena_printf(rq->cx.mem, "%s/%s?in=%s", HERE, name, lang_code(lang)),
                            "text", lang_own_name(lang), "is_own", t.is_own, "fault",
                            *t.fault != '\0' ? t.fault : NULL));
    }
    return true;
}

bool mail_words_page_list(struct req *rq)
{
    json_t *kinds = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "kinds", kinds, "on_mail", 1));

    for (int i = 0; i < NOTICE_KIND_COUNT; i++) {
        const struct notice_words *w = notice_kind_words((enum notice_kind)i);
        json_t *languages = json_array();

        json_array_append_new(kinds, json_pack("{s:s,s:b,s:o}", "label", req_text(rq, w->label),
                                               "is_staff", w->is_staff, "languages", languages));
        if (!add_languages(rq, (enum notice_kind)i, languages))
            return false;
    }
    return page_render(rq, "mail_words", page);
}

/* --- one --- */

struct words {
    const char *subject, *body;
};

static const struct form_field FIELDS[] = {
    {"subject", T("Subject"), FORM_TEXT, true, 1, NOTICE_SUBJECT_MAX, NULL,
     offsetof(struct words, subject)},
    {"body", T("Text"), FORM_LINES, true, 1, NOTICE_BODY_MAX, NULL, offsetof(struct words, body)},
};

static bool choose(struct req *rq, enum notice_kind *kind, const struct lang **lang)
{
    const char *in = req_query(rq, "in");

    *kind = notice_kind_parse(rq->args[0]);
    *lang = in != NULL ? lang_find(rq->app->langs, in) : rq->lang;
    return *kind != NOTICE_KIND_COUNT ||
           err_set(&rq->cx.err, &ERR_NOT_FOUND, "mail words %.40s", rq->args[0]);
}

static bool add_preview(struct req *rq, enum notice_kind kind, const struct lang *lang,
                        const struct words *w, json_t *page)
{
    struct format format = rq->format;
    struct notice_sample sample = {.format = &format,
                                   .tenant_name = rq->tenant->name,
                                   .person_name = rq->session->person_name};
    struct notice_preview p;

    format.lang = lang;
    if (!mail_account_base(&rq->cx, &rq->app->config, &sample.base) ||
        !notice_preview_make(&rq->cx, &sample, kind, w->subject, w->body, &p))
        return false;
    json_object_set_new(page, "preview",
                        json_pack("{s:b,s:s,s:s,s:s?}", "has_data", p.has_data, "subject",
                                  p.subject, "body", p.body, "fault", p.fault));
    return true;
}

static json_t *names_json(enum notice_kind kind)
{
    json_t *names = json_array();

    for (size_t i = 0; i < NOTICE_NAME_COUNT; i++)
        if (notice_template_knows(kind, NOTICE_NAMES[i]))
            json_array_append_new(names, json_string(NOTICE_NAMES[i]));
    return names;
}

/* shown: what stands in the fields; NULL: what is in force. */
static bool show(struct req *rq, const struct words *shown, const struct form *form)
{
    struct notice_template t;
    const struct lang *lang;
    enum notice_kind kind;
    struct words w;
    json_t *page;

    if (!choose(rq, &kind, &lang) || !notice_template_get(&rq->cx, lang, kind, &t))
        return false;
    w = shown != NULL ? *shown : (struct words){t.subject, t.body};
    page = json_own(
        rq->cx.mem,
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s?,s:o}", "label",
                  req_text(rq, notice_kind_words(kind)->label), "language", lang_own_name(lang),
                  "subject", w.subject, "body", w.body, "action",
                  arena_printf(rq->cx.mem, "%s/%s?in=%s", HERE, rq->args[0], lang_code(lang)),
                  "is_own", t.is_own, "fault", *t.fault != '\0' ? t.fault : NULL, "names",
                  names_json(kind)));
    if (!add_preview(rq, kind, lang, &w, page))
        return false;
    return form != NULL ? page_render_form(rq, "mail_words_edit", page, form)
                        : page_render(rq, "mail_words_edit", page);
}

bool mail_words_page_view(struct req *rq)
{
    return show(rq, NULL, NULL);
}

static bool back(struct req *rq, const char *flash)
{
    return reply_flash(rq, "ok", req_text(rq, flash)) && reply_see_other(rq, HERE);
}

/* A name that is not known, or missing: said beside the field, with the name. */
static bool show_fault(struct req *rq, struct form *form, const struct words *w)
{
    struct err *err = &rq->cx.err;
    const bool is_body = err->source != NULL && strcmp(err->source, "body") == 0;
    const char *text = T("{} does not fit here: it is not known, or missing.");

    if (err->kind != &ERR_INVALID)
        return false;
    form_fault(rq, form, is_body ? "body" : "subject", is_body ? T("Text") : T("Subject"),
               lang_fill1(rq->cx.mem, rq->lang, text, arena_printf(rq->cx.mem, "{%s}", err->arg)));
    err_clear(err);
    return show(rq, w, form);
}

bool mail_words_page_save(struct req *rq)
{
    struct words w = {"", ""};
    const struct lang *lang;
    enum notice_kind kind;
    struct form *form;

    if (!choose(rq, &kind, &lang) || !form_parse(rq, &form))
        return false;
    if (strcmp(form_value(form, "act"), "reset") == 0)
        return notice_template_reset(&rq->cx, lang, kind) &&
               back(rq, T("The shipped words are in force again."));
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &w)) {
        w = (struct words){form_value(form, "subject"), form_value(form, "body")};
        return show(rq, &w, form);
    }
    if (strcmp(form_value(form, "act"), "preview") == 0)
        return show(rq, &w, NULL);
    if (!notice_template_set(&rq->cx, lang, kind, w.subject, w.body))
        return show_fault(rq, form, &w);
    return back(rq, T("Your words are saved."));
}
