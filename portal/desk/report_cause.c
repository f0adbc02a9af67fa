#include "portal/desk/report_cause.h"

#include "db/db.h"
#include "portal/http/lang.h"

#include <string.h>

#define CAUSE_COUNTS  ", SUM(t.created_at >= ?), SUM(t.created_at < ?) FROM ticket t "
#define CAUSE_PRODUCT "LEFT JOIN product pr ON pr.tenant_id = t.tenant_id AND pr.id = t.product_id "
#define CAUSE_WHERE                                                                              \
    "WHERE t.tenant_id = ? AND t.created_at >= ? AND t.created_at < ? AND t.deleted_at IS NULL " \
    "AND t.merged_into IS NULL"

static const struct {
    const char *code, *label, *sql;
} CAUSES[] = {
    [REPORT_BY_PRODUCT] = {"product", T("Product"),
                           "SELECT pr.name" CAUSE_COUNTS CAUSE_PRODUCT CAUSE_WHERE},
    [REPORT_BY_VERSION] =
        {"version", T("Version"),
         "SELECT IF(t.product_version = '', '', TRIM(CONCAT(COALESCE(pr.name, ''), "
         "' ', t.product_version)))" CAUSE_COUNTS CAUSE_PRODUCT CAUSE_WHERE},
    [REPORT_BY_CITY] = {"city", T("City"), "SELECT t.city" CAUSE_COUNTS CAUSE_WHERE},
    [REPORT_BY_SITE] = {"site", T("Site"),
                        "SELECT CONCAT(o.name, ' · ', s.name)" CAUSE_COUNTS
                        "LEFT JOIN site s ON s.tenant_id = t.tenant_id AND s.id = t.site_id "
                        "LEFT JOIN organisation o ON o.tenant_id = s.tenant_id AND "
                        "o.id = s.organisation_id " CAUSE_WHERE},
    [REPORT_BY_TOPIC] = {"topic", T("Topic"), "SELECT t.topic" CAUSE_COUNTS CAUSE_WHERE},
};
_Static_assert(COUNT(CAUSES) == REPORT_BY_COUNT, "define every cause");

const char *report_cause_code(enum report_cause_by by)
{
    return CAUSES[by].code;
}

const char *report_cause_label(enum report_cause_by by)
{
    return CAUSES[by].label;
}

bool report_cause_parse(const char *code, enum report_cause_by *out)
{
    for (size_t i = 0; i < COUNT(CAUSES); i++)
        if (code != NULL && strcmp(code, CAUSES[i].code) == 0) {
            *out = (enum report_cause_by)i;
            return true;
        }
    return false;
}

bool report_causes(struct ctx *cx, const struct report_period *period, enum report_cause_by by,
                   struct report_cause **out, size_t *count)
{
    const int64_t before = period->from - (period->until - period->from);
    const struct db_arg args[] = {DB_TIME(period->from), DB_TIME(period->from),
                                  DB_ID(cx->tenant_id), DB_TIME(before), DB_TIME(period->until)};
    struct where w;
    struct db_rows rows;
    struct report_cause *list;
    size_t n = 0;

    where_start(&w, cx, CAUSES[by].sql, args, COUNT(args));
    if (!report_visible(cx, &w))
        return false;
    where_add(&w, " GROUP BY 1 ORDER BY ABS(CAST(SUM(t.created_at >= ?) AS SIGNED)",
              DB_TIME(period->from));
    where_add(&w, " - CAST(SUM(t.created_at < ?) AS SIGNED)) DESC, COUNT(*) DESC, 1",
              DB_TIME(period->from));
    where_add(&w, " LIMIT ?", DB_INT(REPORT_CAUSES_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct report_cause, rows.count + 1);
    while (db_next(&rows)) {
        const char *name = db_text(&rows.row, 0);

        list[n++] = (struct report_cause){.name = name != NULL ? name : "",
                                          .now = db_i64(&rows.row, 1),
                                          .before = db_i64(&rows.row, 2)};
    }
    *out = list;
    *count = n;
    return true;
}
