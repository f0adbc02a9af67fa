/* Forms: urlencoded and multipart bodies, read by a field table into a struct, all faults at once.
 */
#pragma once

#include "portal/http/req.h"

enum form_type { FORM_TEXT, FORM_LINES, FORM_INT, FORM_BOOL, FORM_ID, FORM_CHOICE, FORM_DATE };

struct form_field {
    const char *name;  /* the input's name */
    const char *label; /* English, translated in messages */
    enum form_type type;
    bool is_required;
    int64_t min, max;           /* characters of text (max 0: any), or bounds of a number */
    const char *const *choices; /* FORM_CHOICE: ended by NULL */
    size_t offset; /* in the struct: const char * (TEXT, LINES, CHOICE, DATE), int64_t, bool, struct
                      id */
};

struct form_file { /* an uploaded file; bytes are in the request's body */
    const char *field;
    const char *name; /* base name as given, cleaned; for showing only */
    struct span bytes;
};

struct form {           /* what came, and what is wrong with it */
    json_t *values;     /* name -> text as typed; given back to the page */
    json_t *faults;     /* name -> translated message; {} when all is well */
    json_t *fault_list; /* [{"name","label","text"}] for the banner on top */
    struct form_file *files;
    size_t file_count;
};

/* More files than any page takes, so that one too many is said beside what was typed. */
enum { FORM_FIELDS_MAX = 1200, FORM_FILES_MAX = 30 };

/* Parses the body by its Content-Type. Fails: ERR_MALFORMED broken encoding, bad UTF-8, a NUL, too
 * many fields. */
bool form_parse(struct req *rq, struct form **out) MUST_CHECK;
/* Reads the fields into *into (text trimmed, NULL when empty; in cx->mem). True when there are no
 * faults: the caller shows the page again with status 422 otherwise. */
bool form_read(struct req *rq, struct form *form, const struct form_field *fields, size_t count,
               void *into);
/* Adds a fault found by the domain (err->source names the field) so that it is shown like the
 * others. text is English, or in the reader's language already. */
void form_fault(struct req *rq, struct form *form, const char *name, const char *label,
                const char *text);
/* Turns cx->err into a fault when it is of class INVALID or CONFLICT and clears it; false when the
 * error is no form matter. */
bool form_take_err(struct req *rq, struct form *form, const struct form_field *fields,
                   size_t count);
/* A single value by name, "" if absent. */
const char *form_value(const struct form *form, const char *name);

/* What the next page says of a form that has none of its own: the first fault, or what was done
 * (English, a key). */
bool form_flash(struct req *rq, const struct form *form, const char *done) MUST_CHECK;

/* Keeps one value as typed: line ends become \n, values of one name (ticked boxes) a line each. */
bool form_add_value(struct arena *mem, struct err *err, json_t *values, const char *name,
                    const char *text) MUST_CHECK;

/* The parsers, for their tests and fuzz targets. */
bool form_parse_urlencoded(struct arena *mem, struct err *err, struct span body,
                           json_t **out) MUST_CHECK;
bool form_parse_multipart(struct arena *mem, struct err *err, struct span body,
                          const char *content_type, json_t **values, struct form_file **files,
                          size_t *file_count) MUST_CHECK;
