#include "portal/pages/article_page.h"

#include "base/parse.h"
#include "base/utf8.h"
#include "kb/article_edit.h"
#include "kb/article_search.h"
#include "kb/category.h"
#include "licensing/product.h"
#include "portal/desk/ticket_article.h"
#include "portal/desk/ticket_scrub.h"
#include "portal/http/form.h"
#include "portal/http/page.h"
#include "portal/mail/mail_account.h"

#include <string.h>

enum { PRODUCTS_MAX = 200, FOUND_MAX = 6, MARKDOWN_MAX = 200000, VERSION_MAX = 32, NOTE_MAX = 400 };

static const char *const AUDIENCES[] = {"public", "customer", "staff", NULL};
static const char *const AUDIENCE_LABELS[] = {T("Everybody"), T("Customers who are signed in"),
                                              T("The staff")};

struct fields {
    const char *locale, *audience, *valid_from, *valid_to, *title, *summary, *markdown, *note;
    struct id category_id, product_id, ticket_id, revision_id;
    bool is_featured;
};

static const struct form_field FIELDS[] = {
    {"title", T("Title"), FORM_TEXT, true, 1, ARTICLE_TITLE_MAX, NULL,
     offsetof(struct fields, title)},
    {"summary", T("Summary"), FORM_TEXT, false, 0, ARTICLE_SUMMARY_MAX, NULL,
     offsetof(struct fields, summary)},
    {"markdown", T("Text"), FORM_LINES, true, 1, MARKDOWN_MAX, NULL,
     offsetof(struct fields, markdown)},
    {"category", T("Subject"), FORM_ID, true, 0, 0, NULL, offsetof(struct fields, category_id)},
    {"locale", T("Language"), FORM_TEXT, true, 1, 8, NULL, offsetof(struct fields, locale)},
    {"audience", T("For whom"), FORM_CHOICE, true, 0, 0, AUDIENCES,
     offsetof(struct fields, audience)},
    {"product", T("Product"), FORM_ID, false, 0, 0, NULL, offsetof(struct fields, product_id)},
    {"valid_from", T("Valid from version"), FORM_TEXT, false, 0, VERSION_MAX, NULL,
     offsetof(struct fields, valid_from)},
    {"valid_to", T("Up to version"), FORM_TEXT, false, 0, VERSION_MAX, NULL,
     offsetof(struct fields, valid_to)},
    {"featured", T("Among those often read"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct fields, is_featured)},
    {"note", T("What changed"), FORM_TEXT, false, 0, NOTE_MAX, NULL, offsetof(struct fields, note)},
    {"ticket", T("Form"), FORM_ID, false, 0, 0, NULL, offsetof(struct fields, ticket_id)},
    {"revision", T("Form"), FORM_ID, false, 0, 0, NULL, offsetof(struct fields, revision_id)},
};

/* --- the form --- */

static json_t *option(const char *value, const char *text, const char *chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen",
                     strcmp(value, chosen) == 0);
}

static bool add_choices(struct req *rq, const char *category, const char *product, json_t *page)
{
    struct category *categories;
    struct product *products;
    size_t count;
    json_t *all;

    if (!category_list(&rq->cx, lang_code(rq->lang), &categories, &count))
        return false;
    all = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            all, option(id_text(rq->cx.mem, categories[i].id), categories[i].title, category));
    json_object_set_new(page, "categories", all);
    if (!product_list(&rq->cx, PRODUCTS_MAX, &products, &count))
        return false;
    all = json_array();
    json_array_append_new(all, option("", req_text(rq, T("none")), product));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            all, option(id_text(rq->cx.mem, products[i].id), products[i].name, product));
    json_object_set_new(page, "products", all);
    return true;
}

static void add_audiences(struct req *rq, const char *chosen, json_t *page)
{
    json_t *all = json_array();

    for (size_t i = 0; AUDIENCES[i] != NULL; i++)
        json_array_append_new(all, option(AUDIENCES[i], req_text(rq, AUDIENCE_LABELS[i]), chosen));
    json_object_set_new(page, "audiences", all);
}

static void add_languages(struct req *rq, const char *chosen, json_t *page)
{
    json_t *all = json_array();

    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);

        json_array_append_new(all, option(lang_code(lang), lang_own_name(lang), chosen));
    }
    json_object_set_new(page, "languages", all);
}

static const char *id_or_none(struct req *rq, struct id id)
{
    return id_is_zero(id) ? "" : id_text(rq->cx.mem, id);
}

static const char *pick(const struct form *form, const char *name, const char *is)
{
    return form != NULL ? form_value(form, name) : is != NULL ? is : "";
}

struct shown { /* what the form begins with */
    struct article_draft draft;
    int64_t number; /* 0: a new one */
    struct id revision_id, ticket_id;
};

static bool show(struct req *rq, const struct form *form, const struct shown *s)
{
    const struct article_draft *d = &s->draft;
    const char *action =
        s->number == 0 ? "/desk/articles/new"
                       : arena_printf(rq->cx.mem, "/desk/articles/%lld", (long long)s->number);
    json_t *page = json_own(
        rq->cx.mem,
        json_pack("{s:s,s:s,s:b,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s}", "action", action, "heading",
                  s->number == 0 ? req_text(rq, T("New article")) : d->title, "is_new",
                  s->number == 0, "title", pick(form, "title", d->title), "summary",
                  pick(form, "summary", d->summary), "markdown",
                  pick(form, "markdown", d->markdown), "valid_from",
                  pick(form, "valid_from", d->valid_from), "valid_to",
                  pick(form, "valid_to", d->valid_to), "note", pick(form, "note", ""),
                  "is_featured", *pick(form, "featured", d->is_featured ? "1" : "") != '\0',
                  "ticket", pick(form, "ticket", id_or_none(rq, s->ticket_id)), "revision",
                  pick(form, "revision", id_or_none(rq, s->revision_id))));

    add_audiences(rq, pick(form, "audience", d->audience), page);
    add_languages(rq, pick(form, "locale", d->locale), page);
    if (!add_choices(rq, pick(form, "category", id_or_none(rq, d->category_id)),
                     pick(form, "product", id_or_none(rq, d->product_id)), page))
        return false;
    return form != NULL ? page_render_form(rq, "article_form", page, form)
                        : page_render(rq, "article_form", page);
}

/* --- a new one --- */

static bool show_new(struct req *rq, const struct form *form)
{
    const char *ticket = req_query(rq, "ticket");
    struct shown s = {.draft = {.audience = "customer", .locale = lang_code(rq->lang)}};
    struct ticket *t;

    if (form == NULL && ticket != NULL) {
        if (!id_parse(ticket, &s.ticket_id))
            return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no ticket");
        if (!ticket_get(&rq->cx, s.ticket_id, &t) ||
            !ticket_scrub(&rq->cx, s.ticket_id, &s.draft.markdown))
            return false;
        s.draft.product_id = t->product_id;
    }
    return show(rq, form, &s);
}

bool article_page_new(struct req *rq)
{
    return show_new(rq, NULL);
}

static struct article_draft draft_of(const struct fields *f)
{
    return (struct article_draft){.locale = f->locale,
                                  .category_id = f->category_id,
                                  .product_id = f->product_id,
                                  .audience = f->audience,
                                  .valid_from = f->valid_from,
                                  .valid_to = f->valid_to,
                                  .is_featured = f->is_featured,
                                  .title = f->title,
                                  .summary = f->summary,
                                  .markdown = f->markdown,
                                  .note = f->note};
}

static bool see_article(struct req *rq, const struct article *a)
{
    return reply_flash(rq, "ok", req_text(rq, T("The article is published."))) &&
           reply_see_other(rq, arena_printf(rq->cx.mem, "/kb/article/%lld", (long long)a->number));
}

static bool publish_new(struct ctx *cx, const struct fields *f, struct article **out)
{
    const struct article_draft draft = draft_of(f);

    if (!db_begin(cx))
        return false;
    if (!article_publish(cx, &draft, out) ||
        (!id_is_zero(f->ticket_id) && !ticket_article_source(cx, f->ticket_id, (*out)->id))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool known_language(struct req *rq, const char *code)
{
    for (size_t i = 0; i < lang_count(rq->app->langs); i++)
        if (strcmp(lang_code(lang_at(rq->app->langs, i)), code) == 0)
            return true;
    return err_set_at(&rq->cx.err, &ERR_INVALID, "locale", "no language %.8s", code);
}

bool article_page_add(struct req *rq)
{
    struct fields f = {.title = NULL};
    struct form *form;
    struct article *a;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return show_new(rq, form);
    if (!known_language(rq, f.locale) || !publish_new(&rq->cx, &f, &a))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show_new(rq, form);
    return see_article(rq, a);
}

/* --- a further revision --- */

static bool number_of(struct req *rq, int64_t *out)
{
    return parse_i64(rq->args[0], 1, UINT32_MAX, out) ||
           err_set(&rq->cx.err, &ERR_NOT_FOUND, "article number");
}

static bool show_edit(struct req *rq, const struct form *form)
{
    struct shown s = {.number = 0};

    return number_of(rq, &s.number) &&
           article_edit_get(&rq->cx, s.number, &s.draft, &s.revision_id) && show(rq, form, &s);
}

bool article_page_edit(struct req *rq)
{
    return show_edit(rq, NULL);
}

static bool publish_again(struct ctx *cx, int64_t number, const struct article_draft *draft,
                          struct id revision_id, struct article **out)
{
    if (!db_begin(cx))
        return false;
    if (!article_edit_check(cx, number, revision_id) || !article_publish(cx, draft, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* The language stays: in another one it would be another article. */
bool article_page_save(struct req *rq)
{
    struct article_draft is, draft;
    struct fields f = {.title = NULL};
    struct form *form;
    struct article *a;
    struct id revision_id;
    int64_t number;

    if (!number_of(rq, &number) || !article_edit_get(&rq->cx, number, &is, &revision_id) ||
        !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return show_edit(rq, form);
    draft = draft_of(&f);
    draft.document_id = is.document_id;
    draft.locale = is.locale;
    if (!publish_again(&rq->cx, number, &draft, f.revision_id, &a))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show_edit(rq, form);
    return see_article(rq, a);
}

/* --- into an answer --- */

bool article_page_find(struct req *rq)
{
    const char *query = req_query(rq, "find"), *base;
    struct article *found = NULL;
    size_t count = 0;
    json_t *rows;

    if (query != NULL && *query != '\0' &&
        !article_search(
            &rq->cx,
            arena_dup_bytes(rq->cx.mem, query, utf8_prefix(query, ARTICLE_SEARCH_QUERY_MAX)),
            lang_code(rq->lang), FOUND_MAX, &found, &count))
        return false;
    if (!mail_account_base(&rq->cx, &rq->app->config, &base))
        return false;
    rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:s}", "title", found[i].title, "audience", found[i].audience,
                            "text",
                            arena_printf(rq->cx.mem, "%s\n%s/kb/article/%lld", found[i].title, base,
                                         (long long)found[i].number)));
    return page_render(rq, "article_find",
                       json_own(rq->cx.mem, json_pack("{s:o,s:b}", "rows", rows, "is_empty",
                                                      query != NULL && count == 0)));
}
