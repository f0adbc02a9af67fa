#include "portal/api/people_api.h"

#include "portal/account/membership.h"
#include "portal/account/own_field.h"
#include "portal/account/person_list.h"
#include "portal/api/rest.h"
#include "portal/mail/mail_invite.h"
#include "portal/sales/organisation.h"
#include "portal/sales/site.h"

#include <string.h>

/* --- people --- */

/* A customer reads the fields of himself alone. */
static bool has_fields(const struct req *rq, struct id person_id)
{
    return rq->cx.viewer.kind != VIEWER_CUSTOMER || id_equal(rq->cx.viewer.person_id, person_id);
}

static json_t *person_json(struct req *rq, const struct person *p, json_t *fields)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:o,s:O}", "id",
                     id_text(rq->cx.mem, p->id), "full_name", p->full_name, "given_name",
                     p->given_name, "email", p->email, "phone", p->phone, "language", p->language,
                     "time_zone", p->time_zone, "is_disabled", p->is_disabled, "is_verified",
                     p->is_verified, "created_at", rest_time(p->created_at), "fields", fields);
}

static bool add_people(struct req *rq, const struct person *list, size_t count, json_t *data)
{
    struct id *ids = arena_array(rq->cx.mem, struct id, count + 1);
    struct field_set set;
    const char **values;

    for (size_t i = 0; i < count; i++)
        ids[i] = list[i].id;
    if (!custom_field_set(&rq->cx, FIELD_PERSON, &set) ||
        !custom_value_read_many(&rq->cx, &set, ids, count, &values))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            data, person_json(rq, &list[i],
                              has_fields(rq, list[i].id)
                                  ? custom_value_set_json(rq->cx.mem, &set, values + i * set.count,
                                                          rq->cx.viewer.kind == VIEWER_CUSTOMER)
                                  : json_own(rq->cx.mem, json_object())));
    return true;
}

bool people_api_list(struct req *rq)
{
    struct person_filter filter = {.search = req_query(rq, "q")};
    struct person *list;
    json_t *data;
    size_t count;
    bool has_more;

    if (!rest_limit(rq, &filter.limit) || !rest_id(rq, "after", &filter.after) ||
        !rest_id(rq, "organisation_id", &filter.organisation_id) ||
        !person_list(&rq->cx, &filter, &list, &count, &has_more))
        return false;
    data = json_own(rq->cx.mem, json_array());
    return add_people(rq, list, count, data) &&
           rest_answer_list(rq, json_incref(data),
                            has_more ? id_text(rq->cx.mem, list[count - 1].id) : NULL);
}

static bool answer_person(struct req *rq, int status, struct id id)
{
    json_t *fields = json_own(rq->cx.mem, json_object());
    struct person *p;

    return person_list_get(&rq->cx, id, &p) &&
           (!has_fields(rq, id) || field_record_json(&rq->cx, FIELD_PERSON, id, &fields)) &&
           rest_answer(rq, status, person_json(rq, p, fields));
}

bool people_api_view(struct req *rq)
{
    return answer_person(rq, 200, rq->id);
}

struct person_body {
    struct person_spec spec;
    const json_t *fields;
};

static const struct rest_member PERSON[] = {
    {"full_name", REST_TEXT, false, 0, 0, offsetof(struct person_body, spec.full_name)},
    {"given_name", REST_TEXT, false, 0, 0, offsetof(struct person_body, spec.given_name)},
    {"email", REST_TEXT, true, 0, 0, offsetof(struct person_body, spec.email)},
    {"phone", REST_TEXT, false, 0, 0, offsetof(struct person_body, spec.phone)},
    {"language", REST_TEXT, false, 0, 0, offsetof(struct person_body, spec.language)},
    {"time_zone", REST_TEXT, false, 0, 0, offsetof(struct person_body, spec.time_zone)},
    {"fields", REST_OBJECT, false, 0, 0, offsetof(struct person_body, fields)},
};

static bool add_person(struct ctx *cx, const struct person_body *body, struct person **out)
{
    if (!db_begin(cx))
        return false;
    if (!person_create(cx, &body->spec, out) ||
        (body->fields != NULL && !own_field_set(cx, FIELD_PERSON, (*out)->id, body->fields))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* Without an organisation: whoever sees only some customers would not find the person again. */
bool people_api_add(struct req *rq)
{
    struct person_body body = {.fields = NULL};
    struct person *p;

    if (!viewer_has(&rq->cx.viewer, RIGHT_ALL_OF(MODULE_CUSTOMERS)))
        return err_set(&rq->cx.err, &ERR_DENIED, "people of no organisation: scope all");
    return rest_read(rq, PERSON, COUNT(PERSON), &body, NULL) && add_person(&rq->cx, &body, &p) &&
           answer_person(rq, 201, p->id);
}

struct person_patch {
    struct person_change change;
    bool is_disabled;
    const json_t *fields;
};

static const struct rest_member PERSON_PATCH[] = {
    {"full_name", REST_TEXT, false, 0, 0, offsetof(struct person_patch, change.full_name)},
    {"given_name", REST_TEXT, false, 0, 0, offsetof(struct person_patch, change.given_name)},
    {"phone", REST_TEXT, false, 0, 0, offsetof(struct person_patch, change.phone)},
    {"language", REST_TEXT, false, 0, 0, offsetof(struct person_patch, change.language)},
    {"time_zone", REST_TEXT, false, 0, 0, offsetof(struct person_patch, change.time_zone)},
    {"is_disabled", REST_BOOL, false, 0, 0, offsetof(struct person_patch, is_disabled)},
    {"fields", REST_OBJECT, false, 0, 0, offsetof(struct person_patch, fields)},
};

static bool change_person(struct ctx *cx, const struct person *p, const struct person_patch *patch)
{
    if (!db_begin(cx))
        return false;
    if (!person_change(cx, p->id, &patch->change) ||
        (patch->is_disabled != p->is_disabled &&
         !person_set_disabled(cx, p->id, patch->is_disabled)) ||
        (patch->fields != NULL && !own_field_set(cx, FIELD_PERSON, p->id, patch->fields))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool people_api_change(struct req *rq)
{
    struct person_patch patch = {.is_disabled = false};
    struct person *p;

    if (!person_list_get(&rq->cx, rq->id, &p))
        return false;
    patch.is_disabled = p->is_disabled;
    return rest_read(rq, PERSON_PATCH, COUNT(PERSON_PATCH), &patch, NULL) &&
           change_person(&rq->cx, p, &patch) && answer_person(rq, 200, rq->id);
}

/* --- memberships --- */

static json_t *member_json(struct req *rq, const struct membership *m)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s?,s:o,s:o}", "person_id",
                     id_text(rq->cx.mem, m->person_id), "organisation_id",
                     id_text(rq->cx.mem, m->organisation_id), "full_name", m->full_name, "email",
                     m->email, "phone", m->phone, "position", m->position, "site_id",
                     rest_id_json(rq, m->site_id), "site_name", m->site_name, "rights",
                     membership_rights_json(m->rights), "reads_only",
                     membership_rights_json(m->reads_only));
}

/* The organisation is asked for first: one that the token does not see is not there. */
static bool members(struct req *rq, struct membership **list, size_t *count)
{
    struct organisation *o;

    return organisation_get(&rq->cx, rq->id, &o) &&
           membership_list_of_organisation(&rq->cx, rq->id, list, count);
}

static bool find_member(struct req *rq, struct id person_id, struct membership **out)
{
    struct membership *list;
    size_t count;

    if (!members(rq, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!id_equal(list[i].person_id, person_id))
            continue;
        *out = &list[i];
        return true;
    }
    return err_set(&rq->cx.err, &ERR_NOT_FOUND, "member %s", id_text(rq->cx.mem, person_id));
}

bool people_api_members(struct req *rq)
{
    struct membership *list;
    size_t count;
    json_t *data;

    if (!members(rq, &list, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, member_json(rq, &list[i]));
    return rest_answer_list(rq, data, NULL);
}

struct member_body {
    struct person_spec person;
    struct id person_id, site_id;
    const char *position;
    const json_t *rights, *reads_only;
};

static const struct rest_member MEMBER[] = {
    {"person_id", REST_ID, false, 0, 0, offsetof(struct member_body, person_id)},
    {"email", REST_TEXT, false, 0, 0, offsetof(struct member_body, person.email)},
    {"full_name", REST_TEXT, false, 0, 0, offsetof(struct member_body, person.full_name)},
    {"phone", REST_TEXT, false, 0, 0, offsetof(struct member_body, person.phone)},
    {"rights", REST_LIST, true, 0, 0, offsetof(struct member_body, rights)},
    {"reads_only", REST_LIST, false, 0, 0, offsetof(struct member_body, reads_only)},
    {"position", REST_TEXT, false, 0, 0, offsetof(struct member_body, position)},
    {"site_id", REST_ID, false, 0, 0, offsetof(struct member_body, site_id)},
};

/* What the body does not name stays as the spec has it. */
static bool read_rights(struct req *rq, const struct member_body *body,
                        struct membership_spec *spec)
{
    if (body->rights != NULL && !membership_rights_read(body->rights, &spec->rights))
        return rest_refuse(rq, "rights");
    return body->reads_only == NULL ||
           membership_rights_read(body->reads_only, &spec->reads_only) ||
           rest_refuse(rq, "reads_only");
}

static bool answer_member(struct req *rq, int status, struct id person_id)
{
    struct membership *m;

    return find_member(rq, person_id, &m) && rest_answer(rq, status, member_json(rq, m));
}

/* Somebody who is there, or an address: a new one is invited by mail. The link is in the mail and
 * nowhere else. */
bool people_api_member_add(struct req *rq)
{
    struct member_body body = {.rights = NULL};
    struct membership_spec spec = {.organisation_id = rq->id};
    struct organisation *o;
    struct person *p;
    const char *token;

    if (!organisation_get(&rq->cx, rq->id, &o) ||
        !rest_read(rq, MEMBER, COUNT(MEMBER), &body, NULL))
        return false;
    if (!read_rights(rq, &body, &spec))
        return false;
    spec.site_id = body.site_id;
    spec.position = body.position;
    if (id_is_zero(body.person_id))
        return mail_invite(&rq->cx, rq->app, &body.person, &spec, &p, &token) &&
               answer_member(rq, 201, p->id);
    spec.person_id = body.person_id;
    return person_list_get(&rq->cx, body.person_id, &p) && membership_add(&rq->cx, &spec) &&
           answer_member(rq, 201, p->id);
}

static const struct rest_member MEMBER_PATCH[] = {
    {"rights", REST_LIST, false, 0, 0, offsetof(struct member_body, rights)},
    {"reads_only", REST_LIST, false, 0, 0, offsetof(struct member_body, reads_only)},
    {"position", REST_TEXT, false, 0, 0, offsetof(struct member_body, position)},
    {"site_id", REST_ID, false, 0, 0, offsetof(struct member_body, site_id)},
};

bool people_api_member_change(struct req *rq)
{
    struct member_body body = {.rights = NULL};
    struct membership_spec spec = {.organisation_id = rq->id};
    struct membership *m;

    if (!rest_path_id(rq, 1, &spec.person_id) || !find_member(rq, spec.person_id, &m))
        return false;
    body.position = m->position;
    body.site_id = m->site_id;
    spec.rights = m->rights;
    spec.reads_only = m->reads_only; /* what is for seeing only stays so */
    spec.seen = membership_seen(m);
    spec.has_seen = true;
    if (!rest_read(rq, MEMBER_PATCH, COUNT(MEMBER_PATCH), &body, NULL))
        return false;
    if (!read_rights(rq, &body, &spec))
        return false;
    spec.site_id = body.site_id;
    spec.position = body.position;
    return membership_add(&rq->cx, &spec) && answer_member(rq, 200, spec.person_id);
}

bool people_api_member_remove(struct req *rq)
{
    struct membership *m;
    struct id person_id;

    if (!rest_path_id(rq, 1, &person_id) || !find_member(rq, person_id, &m) ||
        !membership_remove(&rq->cx, person_id, rq->id))
        return false;
    rq->status = 204;
    return true;
}

/* --- sites --- */

static json_t *site_json(struct req *rq, const struct site *s)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", id_text(rq->cx.mem, s->id),
                     "organisation_id", id_text(rq->cx.mem, s->organisation_id), "name", s->name,
                     "city", s->city, "address", s->address, "phone", s->phone);
}

bool people_api_sites(struct req *rq)
{
    struct organisation *o;
    struct site *list;
    size_t count;
    json_t *data;

    if (!organisation_get(&rq->cx, rq->id, &o) || !site_list(&rq->cx, rq->id, &list, &count))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, site_json(rq, &list[i]));
    return rest_answer_list(rq, data, NULL);
}

static bool answer_site(struct req *rq, int status, struct id id)
{
    struct site *s;

    return site_find(&rq->cx, rq->id, id, &s) && rest_answer(rq, status, site_json(rq, s));
}

bool people_api_site_view(struct req *rq)
{
    struct id id;

    return rest_path_id(rq, 1, &id) && answer_site(rq, 200, id);
}

static const struct rest_member SITE[] = {
    {"name", REST_TEXT, false, 0, 0, offsetof(struct site, name)},
    {"city", REST_TEXT, false, 0, 0, offsetof(struct site, city)},
    {"address", REST_TEXT, false, 0, 0, offsetof(struct site, address)},
    {"phone", REST_TEXT, false, 0, 0, offsetof(struct site, phone)},
};

bool people_api_site_add(struct req *rq)
{
    struct site site = {.organisation_id = rq->id};
    struct organisation *o;
    struct id id;

    return organisation_get(&rq->cx, rq->id, &o) && rest_read(rq, SITE, COUNT(SITE), &site, NULL) &&
           site_add(&rq->cx, &site, &id) && answer_site(rq, 201, id);
}

/* What the body does not name stays as it is. */
bool people_api_site_change(struct req *rq)
{
    struct site *is;
    struct id id;

    return rest_path_id(rq, 1, &id) && site_find(&rq->cx, rq->id, id, &is) &&
           rest_read(rq, SITE, COUNT(SITE), is, NULL) && site_change(&rq->cx, is) &&
           answer_site(rq, 200, id);
}

bool people_api_site_remove(struct req *rq)
{
    struct id id;

    if (!rest_path_id(rq, 1, &id) || !site_remove(&rq->cx, rq->id, id))
        return false;
    rq->status = 204;
    return true;
}
