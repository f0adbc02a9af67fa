#include "portal/sales/organisation_people.h"

#include "portal/sales/organisation_where.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

static const char SQL_ORGANISATION_PEOPLE[] =
    "SELECT p.id, o.code, o.name, p.full_name, p.email, p.phone, m.position FROM organisation o "
    "JOIN membership m ON m.tenant_id = o.tenant_id AND m.organisation_id = o.id "
    "JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id AND p.deleted_at IS NULL "
    "WHERE o.tenant_id = ? AND o.deleted_at IS NULL";

bool organisation_people(struct ctx *cx, const struct organisation_filter *filter, unsigned limit,
                         struct organisation_person **out, size_t *count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id)};
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_ORGANISATION_PEOPLE, args, COUNT(args));
    sales_scope_where(cx, &w, sales_scope_of(&cx->viewer, &SALES_SCOPE_ORGANISATION),
                      SALES_SCOPE_COLUMN("o.id"));
    organisation_where(cx, filter, &w);
    if (filter->field != NULL && filter->field->field->subject == FIELD_PERSON)
        field_filter_where(&w, filter->field, FIELD_FILTER_OF_PERSON);
    where_add(&w, " ORDER BY o.name, o.id, p.full_name, p.id LIMIT ?", DB_INT(limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = arena_array(cx->mem, struct organisation_person, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct organisation_person){
            .person_id = db_id(&rows.row, 0),
            .organisation_code = db_text(&rows.row, 1),
            .organisation_name = db_text(&rows.row, 2),
            .full_name = db_text(&rows.row, 3),
            .email = db_text(&rows.row, 4),
            .phone = sales_text(db_text(&rows.row, 5)),
            .position = sales_text(db_text(&rows.row, 6)),
        };
    return true;
}
