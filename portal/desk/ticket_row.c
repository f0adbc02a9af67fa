#include "portal/desk/ticket_row.h"

enum column { /* in the order of TICKET_ROW_COLUMNS */
              C_ID,
              C_NUMBER,
              C_ORGANISATION,
              C_SITE,
              C_PERSON,
              C_REPORTER,
              C_SOURCE,
              C_SUBJECT,
              C_TOPIC,
              C_PRODUCT,
              C_LICENCE,
              C_MACHINE,
              C_PRODUCT_VERSION,
              C_STATUS,
              C_CATEGORY,
              C_LEVEL,
              C_IMPACT,
              C_URGENCY,
              C_TEAM,
              C_ASSIGNEE,
              C_CITY,
              C_STORE,
              C_REVIEW,
              C_FILED,
              C_CREATED,
              C_UPDATED,
              C_FIRST_ANSWER,
              C_RESOLVED,
              C_CLOSED,
              C_ASKED,
              C_DUE,
              C_DUE_KEY,
              C_VERSION,
              C_SOLVE_SPENT,
              C_SOLVE_SINCE,
              C_SOLVE_DUE,
              C_STATUS_AT,
              C_FIELDS_MISSING,
              C_MERGED_INTO,
              C_SEVERITY,
              C_ORGANISATION_NAME,
              C_ORGANISATION_CODE,
              C_PERSON_NAME,
              C_TEAM_NAME,
              C_ASSIGNEE_NAME,
              C_REPORTER_NAME,
              C_REPORTER_PHONE,
              C_REPORTER_EMAIL,
              C_REPORTER_ADDRESS,
              C_PRODUCT_NAME
};

enum line_column { /* in the order of TICKET_LINE_COLUMNS and the names after them */
                   L_ID,
                   L_NUMBER,
                   L_SUBJECT,
                   L_TOPIC,
                   L_STATUS,
                   L_CATEGORY,
                   L_LEVEL,
                   L_CITY,
                   L_STORE,
                   L_CREATED,
                   L_UPDATED,
                   L_DUE,
                   L_DUE_KEY,
                   L_RESOLVED,
                   L_ORGANISATION_NAME,
                   L_PERSON_NAME,
                   L_REPORTER_NAME,
                   L_PRODUCT_NAME
};

static const struct ticket NO_TEXT = {.source = "",
                                      .product_version = "",
                                      .filed = "{}",
                                      .organisation_code = "",
                                      .team_name = "",
                                      .assignee_name = "",
                                      .reporter_phone = "",
                                      .reporter_email = "",
                                      .reporter_address = ""};

static const char *text_or_empty(const struct db_row *row, unsigned column)
{
    const char *text = db_text(row, column);

    return text != NULL ? text : "";
}

static void read_times(struct ticket *t, const struct db_row *row)
{
    t->created_at = db_time(row, C_CREATED);
    t->updated_at = db_time(row, C_UPDATED);
    t->first_answer_at = db_time(row, C_FIRST_ANSWER);
    t->resolved_at = db_time(row, C_RESOLVED);
    t->closed_at = db_time(row, C_CLOSED);
    t->asked_at = db_time(row, C_ASKED);
    t->due_at = db_time(row, C_DUE);
    t->solve_spent = db_i64(row, C_SOLVE_SPENT);
    t->solve_since = db_time(row, C_SOLVE_SINCE);
    t->solve_due_at = db_time(row, C_SOLVE_DUE);
    t->status_at = db_time(row, C_STATUS_AT);
}

static void read_names(struct ticket *t, const struct db_row *row)
{
    t->organisation_name = text_or_empty(row, C_ORGANISATION_NAME);
    t->organisation_code = text_or_empty(row, C_ORGANISATION_CODE);
    t->person_name = text_or_empty(row, C_PERSON_NAME);
    t->team_name = text_or_empty(row, C_TEAM_NAME);
    t->assignee_name = text_or_empty(row, C_ASSIGNEE_NAME);
    t->reporter_name = text_or_empty(row, C_REPORTER_NAME);
    t->reporter_phone = text_or_empty(row, C_REPORTER_PHONE);
    t->reporter_email = text_or_empty(row, C_REPORTER_EMAIL);
    t->reporter_address = text_or_empty(row, C_REPORTER_ADDRESS);
    t->product_name = text_or_empty(row, C_PRODUCT_NAME);
}

struct ticket *ticket_row_read(struct ctx *cx, const struct db_row *row)
{
    struct ticket *t = arena_new(cx->mem, struct ticket);

    t->id = db_id(row, C_ID);
    t->number = text_or_empty(row, C_NUMBER);
    t->organisation_id = db_id(row, C_ORGANISATION);
    t->site_id = db_id(row, C_SITE);
    t->person_id = db_id(row, C_PERSON);
    t->reporter_id = db_id(row, C_REPORTER);
    t->source = text_or_empty(row, C_SOURCE);
    t->subject = text_or_empty(row, C_SUBJECT);
    t->topic = text_or_empty(row, C_TOPIC);
    t->product_id = db_id(row, C_PRODUCT);
    t->licence_id = db_id(row, C_LICENCE);
    t->machine_id = db_id(row, C_MACHINE);
    t->product_version = text_or_empty(row, C_PRODUCT_VERSION);
    t->status = text_or_empty(row, C_STATUS);
    if (!ticket_category_parse(text_or_empty(row, C_CATEGORY), &t->category))
        t->category = TICKET_OPEN; /* the table's CHECK allows the four names only */
    t->level = (int)db_i64(row, C_LEVEL);
    t->impact = (int)db_i64(row, C_IMPACT);
    t->urgency = (int)db_i64(row, C_URGENCY);
    t->severity = (int)db_i64(row, C_SEVERITY);
    t->team_id = db_id(row, C_TEAM);
    t->assignee_id = db_id(row, C_ASSIGNEE);
    t->city = text_or_empty(row, C_CITY);
    t->store = text_or_empty(row, C_STORE);
    t->needs_review = db_bool(row, C_REVIEW);
    t->fields_missing = db_bool(row, C_FIELDS_MISSING);
    t->filed = text_or_empty(row, C_FILED);
    t->version = db_i64(row, C_VERSION);
    t->merged_into = db_id(row, C_MERGED_INTO);
    read_times(t, row);
    read_names(t, row);
    return t;
}

struct ticket *ticket_row_read_line(struct ctx *cx, const struct db_row *row, int64_t *due_key)
{
    struct ticket *t = arena_new(cx->mem, struct ticket);

    *t = NO_TEXT;
    t->id = db_id(row, L_ID);
    t->number = text_or_empty(row, L_NUMBER);
    t->subject = text_or_empty(row, L_SUBJECT);
    t->topic = text_or_empty(row, L_TOPIC);
    t->status = text_or_empty(row, L_STATUS);
    if (!ticket_category_parse(text_or_empty(row, L_CATEGORY), &t->category))
        t->category = TICKET_OPEN;
    t->level = (int)db_i64(row, L_LEVEL);
    t->city = text_or_empty(row, L_CITY);
    t->store = text_or_empty(row, L_STORE);
    t->created_at = db_time(row, L_CREATED);
    t->updated_at = db_time(row, L_UPDATED);
    t->due_at = db_time(row, L_DUE);
    t->resolved_at = db_time(row, L_RESOLVED);
    t->organisation_name = text_or_empty(row, L_ORGANISATION_NAME);
    t->person_name = text_or_empty(row, L_PERSON_NAME);
    t->reporter_name = text_or_empty(row, L_REPORTER_NAME);
    t->product_name = text_or_empty(row, L_PRODUCT_NAME);
    *due_key = db_time(row, L_DUE_KEY);
    return t;
}
