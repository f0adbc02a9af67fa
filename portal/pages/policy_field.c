#include "portal/pages/policy_field.h"

#include "base/parse.h"
#include "base/utf8.h"

#include <string.h>

enum { NAME_TYPED_MAX = 255, NUMBER_TYPED_MAX = 19 };

static const struct err_kind ERR_NUMBER = {ERR_CLASS_INVALID, "NUMBER_INVALID",
                                           "This is a whole number."};
static const struct err_kind ERR_WORD = {ERR_CLASS_INVALID, "CHOICE_INVALID",
                                         "This is none of the choices."};

/* Options by the order of the attribute's words. */
static const char *const SPANS[] = {T("one machine"), T("one licence"), T("one policy"),
                                    T("one product"), T("the whole installation")};
static const char *const MATCHES[] = {T("any one of them"), T("two of them"), T("half of them"),
                                      T("all of them")};
static const char *const EXPIRED[] = {
    T("Checks fail; the program may still sign in"), T("Checks fail, and the key is refused"),
    T("Checks pass; releases up to the end stay"), T("Checks pass; everything stays")};
static const char *const BASES[] = {T("when it is issued"), T("with the first check"),
                                    T("with the first machine"), T("with the first download"),
                                    T("with the first use")};
static const char *const RENEWALS[] = {T("from the old end"), T("from the day of renewal"),
                                       T("from the old end, or today when that has passed")};
static const char *const TRANSFERS[] = {T("stays"), T("starts anew")};
static const char *const CREDENTIALS[] = {T("activation tokens"), T("the licence's key"),
                                          T("neither"), T("both"), T("nothing at all")};
static const char *const LEASES[] = {T("each machine"), T("the licence"), T("each user")};
static const char *const OVERAGES[] = {T("none"), T("any"), T("a quarter more"), T("half more"),
                                       T("twice as many")};
static const char *const INTERVALS[] = {T("none"), T("day"), T("week"), T("month"), T("year")};
static const char *const CULLS[] = {T("is freed"), T("stays taken")};
static const char *const REVIVALS[] = {T("never"),
                                       T("within a minute"),
                                       T("within 2 minutes"),
                                       T("within 5 minutes"),
                                       T("within 10 minutes"),
                                       T("within 15 minutes"),
                                       T("at any time")};
static const char *const BEATS[] = {T("with its first sign"), T("when it is activated")};

static const struct field {
    const char *attribute, *label, *hint; /* hint "": none */
    const char *const *options;
} FIELDS[] = {
    /* clang-format off */
    {"name", T("Name"), T("As customers read it, such as Professional"), NULL},

    {"duration", T("Length in seconds"), T("86400 is a day, 31556952 a year by the calendar; empty: without end"), NULL},
    {"expirationBasis", T("The length counts"), "", BASES},
    {"expirationStrategy", T("Once a licence has ended"), "", EXPIRED},
    {"renewalBasis", T("A renewal counts"), "", RENEWALS},
    {"transferStrategy", T("When a licence changes to this policy, its end"), "", TRANSFERS},

    {"floating", T("Several machines"), T("Off: a licence is for exactly one machine"), NULL},
    {"maxMachines", T("Seats"), T("Machines at the same time; empty: no limit"), NULL},
    {"strict", T("Checks count the seats too"), T("Off: only activations do"), NULL},
    {"overageStrategy", T("Beyond the limits"), T("How much more than each limit is let pass"), OVERAGES},
    {"machineLeasingStrategy", T("The seats are for"), "", LEASES},
    {"machineUniquenessStrategy", T("A machine has one seat in"), "", SPANS},
    {"machineMatchingStrategy", T("Of several fingerprints there have to be"), "", MATCHES},

    {"maxProcesses", T("Processes"), T("Empty: no limit"), NULL},
    {"processLeasingStrategy", T("The processes are for"), "", LEASES},
    {"maxUsers", T("Users"), T("Empty: no limit"), NULL},
    {"maxCores", T("Processor cores in all"), T("Empty: no limit"), NULL},
    {"maxMemory", T("Memory in all, in bytes"), T("Empty: no limit"), NULL},
    {"maxDisk", T("Disk space in all, in bytes"), T("Empty: no limit"), NULL},
    {"maxUses", T("Uses"), T("What programs count by themselves; empty: no limit"), NULL},

    {"authenticationStrategy", T("Programs sign in with"), "", CREDENTIALS},
    {"protected", T("Customers do not manage these licences themselves"), "", NULL},

    {"requireProductScope", T("The product"), "", NULL},
    {"requirePolicyScope", T("The policy"), "", NULL},
    {"requireMachineScope", T("The machine"), "", NULL},
    {"requireFingerprintScope", T("The machine's fingerprint"), "", NULL},
    {"requireComponentsScope", T("The components' fingerprints"), "", NULL},
    {"requireUserScope", T("The user"), "", NULL},
    {"requireChecksumScope", T("The program's checksum"), "", NULL},
    {"requireVersionScope", T("The program's version"), "", NULL},

    {"requireHeartbeat", T("Machines give signs of life"), T("Without one, a machine counts as dead"), NULL},
    {"heartbeatDuration", T("Seconds between two signs"), T("At least 60; empty: 600"), NULL},
    {"heartbeatBasis", T("A machine's clock starts"), "", BEATS},
    {"heartbeatCullStrategy", T("The seat of a dead machine"), "", CULLS},
    {"heartbeatResurrectionStrategy", T("A dead machine may come back"), "", REVIVALS},

    {"requireCheckIn", T("Licences check in"), T("Those that do not are refused until they do"), NULL},
    {"checkInInterval", T("Every"), "", INTERVALS},
    {"checkInIntervalCount", T("Number of these intervals"), T("1 to 365"), NULL},

    {"componentUniquenessStrategy", T("A component is once in"), "", SPANS},
    {"componentMatchingStrategy", T("Of several components there have to be"), "", MATCHES},
    /* clang-format on */
};
/* Everything but the kind of key, which is settled when the policy is made. */
_Static_assert(COUNT(FIELDS) == POLICY_ATTRIBUTE_COUNT - 1, "a field for every attribute");

static const struct group {
    const char *title, *text;
    const char *first; /* the attribute it begins with */
} GROUPS[] = {
    {T("Policy"), "", "name"},
    {T("Length"), T("A change does not move the ends that licences have already."), "duration"},
    {T("Seats"), "", "floating"},
    {T("Further limits"), "", "maxProcesses"},
    {T("Credentials"), "", "authenticationStrategy"},
    {T("What a check has to name"), T("A check without it is refused."), "requireProductScope"},
    {T("Signs of life"),
     T("For licences whose seats move: a seat comes free when its machine is "
       "gone."),
     "requireHeartbeat"},
    {T("Check-in"), "", "requireCheckIn"},
    {T("Components"), T("Parts of a machine with fingerprints of their own."),
     "componentUniquenessStrategy"},
};

/* --- showing --- */

static const char *typed_of(struct req *rq, const struct policy *p,
                            const struct policy_attribute *a)
{
    const char *text = "";

    switch (a->type) {
    case POLICY_ATTRIBUTE_TEXT:
        text = policy_attribute_text(p, a);
        break;
    case POLICY_ATTRIBUTE_LIMIT:
    case POLICY_ATTRIBUTE_SECONDS:
        return policy_attribute_has_number(p, a)
                   ? arena_printf(rq->cx.mem, "%lld", (long long)policy_attribute_number(p, a))
                   : "";
    case POLICY_ATTRIBUTE_FLAG:
        return policy_attribute_flag(p, a) ? "1" : "";
    case POLICY_ATTRIBUTE_WORD:
        text = policy_attribute_word(p, a);
        break;
    }
    return text != NULL ? text : "";
}

static json_t *options_json(struct req *rq, const struct field *f, const struct policy_attribute *a,
                            const char *value)
{
    json_t *list = json_array();
    size_t first = a->is_nullable ? 0 : a->first_word;

    for (size_t i = first; i < a->word_count; i++) {
        const char *word = a->words[i] != NULL ? a->words[i] : "";

        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", word, "text",
                                              req_text(rq, f->options[i]), "is_chosen",
                                              strcmp(word, value) == 0));
    }
    return list;
}

static json_t *field_json(struct req *rq, const struct field *f, const struct policy *p,
                          const struct form *form)
{
    const struct policy_attribute *a = policy_attribute_find(f->attribute);
    const char *value = form != NULL ? form_value(form, f->attribute) : typed_of(rq, p, a);
    bool is_flag = a->type == POLICY_ATTRIBUTE_FLAG;
    bool is_word = a->type == POLICY_ATTRIBUTE_WORD;
    int max = a->type == POLICY_ATTRIBUTE_TEXT ? NAME_TYPED_MAX : NUMBER_TYPED_MAX;
    json_t *fault = form != NULL ? json_object_get(form->faults, f->attribute) : NULL;
    json_t *json = json_pack("{s:s,s:s,s:s?,s:s,s:b,s:b,s:b,s:i,s:n,s:n,s:b,s:b}", "name",
                             f->attribute, "label", req_text(rq, f->label), "hint",
                             *f->hint != '\0' ? req_text(rq, f->hint) : NULL, "value", value,
                             "is_check", is_flag, "is_select", is_word, "is_text",
                             !is_flag && !is_word, "max", max, "input_type", "autocomplete",
                             "is_required", strcmp(f->attribute, "name") == 0, "is_optional", 0);

    json_object_set(json, "fault", fault != NULL ? fault : json_null());
    if (is_flag && *value == '\0')
        json_object_set_new(json, "value", json_false());
    json_object_set_new(json, "options", is_word ? options_json(rq, f, a, value) : json_null());
    json_object_set_new(json, "is_area", json_false());
    json_object_set_new(json, "is_file", json_false());
    return json;
}

json_t *policy_field_groups(struct req *rq, const struct policy *p, const struct form *form)
{
    json_t *list = json_array();
    json_t *fields = NULL;

    for (size_t i = 0, g = 0; i < COUNT(FIELDS); i++) {
        if (g < COUNT(GROUPS) && strcmp(FIELDS[i].attribute, GROUPS[g].first) == 0) {
            fields = json_array();
            json_array_append_new(
                list, json_pack("{s:s,s:s?,s:o}", "title", req_text(rq, GROUPS[g].title), "text",
                                *GROUPS[g].text != '\0' ? req_text(rq, GROUPS[g].text) : NULL,
                                "fields", fields));
            g++;
        }
        json_array_append_new(fields, field_json(rq, &FIELDS[i], p, form));
    }
    return list;
}

/* --- reading --- */

static void refuse(struct ctx *cx, const struct field *f, const struct err_kind *kind)
{
    err_also(&cx->err, cx->mem, kind, arena_printf(cx->mem, "/data/attributes/%s", f->attribute),
             "%s", f->attribute);
}

static void read_field(struct ctx *cx, const struct form *form, const struct field *f,
                       struct policy *p)
{
    const struct policy_attribute *a = policy_attribute_find(f->attribute);
    const char *typed = span_dup(cx->mem, span_trim(span_of(form_value(form, f->attribute))));
    int64_t number;

    switch (a->type) {
    case POLICY_ATTRIBUTE_TEXT:
        policy_attribute_set_text(p, a, typed);
        return;
    case POLICY_ATTRIBUTE_FLAG:
        policy_attribute_set_flag(p, a, *typed != '\0');
        return;
    case POLICY_ATTRIBUTE_WORD:
        if (!policy_attribute_set_word(p, a, *typed != '\0' ? typed : NULL))
            refuse(cx, f, &ERR_WORD);
        return;
    case POLICY_ATTRIBUTE_LIMIT:
    case POLICY_ATTRIBUTE_SECONDS:
        break;
    }
    if (*typed == '\0')
        policy_attribute_clear(p, a);
    else if (parse_i64(typed, 0, INT64_MAX, &number))
        policy_attribute_set_number(
            p, a, number == 0 && a->type == POLICY_ATTRIBUTE_SECONDS ? -1 : number);
    else
        refuse(cx, f, &ERR_NUMBER);
}

void policy_field_read(struct ctx *cx, const struct form *form, struct policy *p)
{
    for (size_t i = 0; i < COUNT(FIELDS); i++)
        read_field(cx, form, &FIELDS[i], p);
}

static const struct field *field_of(const char *source)
{
    const char *last = source != NULL ? strrchr(source, '/') : NULL;

    for (size_t i = 0; last != NULL && i < COUNT(FIELDS); i++)
        if (strcmp(FIELDS[i].attribute, last + 1) == 0)
            return &FIELDS[i];
    return NULL;
}

bool policy_field_take(struct req *rq, struct form *form)
{
    struct err *err = &rq->cx.err;

    if (err->kind == NULL || err->kind->class != ERR_CLASS_INVALID)
        return false;
    for (const struct err *e = err; e != NULL; e = e->more) {
        const struct field *f = field_of(e->source);

        if (f == NULL)
            return false;
        form_fault(rq, form, f->attribute, f->label, e->kind->text);
    }
    err_clear(err);
    return true;
}
