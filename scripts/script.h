/* Rules in the database: a script by its name, its immutable versions, and its switch. */
#pragma once

#include "scripts/script_header.h"

enum {
    SCRIPT_FAILURES_MAX = 5,         /* in a row */
    SCRIPT_RECENT_RUNS = 50,         /* of these, at most: */
    SCRIPT_RECENT_FAILURES_MAX = 10, /* 20 % */
    SCRIPT_RULES_MAX = 50,           /* of one event */
};

struct script { /* a record, in cx->mem */
    struct id id;
    const char *name;
    bool is_on;
    struct id version_id; /* in force; zero for none */
    int failures;         /* in a row */
    int64_t created_at, updated_at;
};

struct script_version { /* a record, in cx->mem */
    struct id id, script_id;
    const char *script_name;
    int number;
    const char *text;
    json_t *header; /* as script_header_read checked it */
    const char *state;
    struct id author_id;
    const char *note;
    int64_t created_at;
    int failures; /* of the script, in a row */
};

extern const struct err_kind ERR_SCRIPT_TEXT;  /* does not load */
extern const struct err_kind ERR_SCRIPT_TESTS; /* a test fails, or there are too few */

/* Reads and checks a text, and runs the tests stored in it. Fails: ERR_SCRIPT_TEXT,
 * ERR_SCRIPT_HEADER, ERR_SCRIPT_TESTS, each with a line for its author in err.oper; ERR_BUSY no
 * worker. Needs no database. *tests is how many passed. */
bool script_examine(struct ctx *cx, const struct script_engine *engine, const char *text,
                    size_t len, json_t **header, size_t *tests) MUST_CHECK;

/* Examines the text, stores it as the next version of the script that it names (made if there is
 * none), and puts it in force; the one before retires. The same text again as the one in force
 * changes nothing but switches the script on. Not inside a transaction. Emits script.deployed. */
bool script_deploy(struct ctx *cx, const struct script_engine *engine, const char *text, size_t len,
                   const char *note, struct script_version **out) MUST_CHECK;

/* The versions in force that hear an event in that phase, of scripts that are on: by priority, then
 * name. */
bool script_list_active(struct ctx *cx, enum event_kind kind, enum script_phase phase,
                        struct script_version **out, size_t *count) MUST_CHECK;
/* Needs RIGHT_RULES. By name. */
bool script_list(struct ctx *cx, struct script **out, size_t *count) MUST_CHECK;
bool script_find(struct ctx *cx, const char *name, struct script **out) MUST_CHECK;
bool script_get_version(struct ctx *cx, struct id version_id,
                        struct script_version **out) MUST_CHECK;

/* Switches it on or off; off by a person retires nothing. Emits script.switched_off when it was
 * on. */
bool script_switch(struct ctx *cx, struct id script_id, bool is_on, const char *reason) MUST_CHECK;
/* Counts a failed or a good run, after its trace was recorded. SCRIPT_FAILURES_MAX failures in a
 * row, or more than SCRIPT_RECENT_FAILURES_MAX among the latest runs, put the version in quarantine
 * and switch the script off. In the open transaction. */
bool script_count(struct ctx *cx, struct id script_id, bool has_failed) MUST_CHECK;
