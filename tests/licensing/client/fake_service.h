/* A licence service in the test's own memory, well-behaved or hostile: signs with the seed of the
 * protocol's vectors, answers what it is told, and can lie in every way that a network can. */
#pragma once

#include "licensing/client/gatehouse.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FAKE_SEED   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define FAKE_PUBLIC "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
#define FAKE_KEY    "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3"
#define FAKE_PRINT  "4d:Eq:UV:D3"

enum fake_fault {
    FAKE_HONEST,
    FAKE_OFFLINE,
    FAKE_UNSIGNED,
    FAKE_BAD_SIGNATURE,
    FAKE_OTHER_KEY,
    FAKE_OTHER_TARGET,
    FAKE_CHANGED_BODY,
    FAKE_CUT_BODY,
    FAKE_OLD_DATE,
    FAKE_FUTURE_DATE,
    FAKE_BAD_DATE,
    FAKE_TWO_DATES,
    FAKE_REPLAY,
    FAKE_HUGE,
    FAKE_REDIRECT,
    FAKE_SIGNED_REDIRECT,
    FAKE_NOT_JSON,
    FAKE_NOT_A_VERDICT,
    FAKE_OTHER_MACHINE,
    FAKE_OTHER_LICENCE,
    FAKE_DEEP,
    FAKE_UNWELL,
    FAKE_BUSY,
};

enum { FAKE_TEXT = 4096, FAKE_SCRIPT = 8 };

struct fake_step {             /* one answer that is not a validation's */
    const char *method, *path; /* what must be asked, else the test fails */
    int status;
    const char *body;
};

struct fake_service {
    enum fake_fault fault;
    int64_t now; /* the service's clock */
    int64_t client_now;
    const char *code; /* of validations */
    bool is_valid;
    const char *expiry, *grace;           /* NULL: null, none */
    const char *data;                     /* instead of the licence: "null" */
    struct fake_step script[FAKE_SCRIPT]; /* used up in order */
    size_t step;
    size_t asked;                                       /* requests so far */
    char method[8], url[FAKE_TEXT], headers[FAKE_TEXT]; /* the last */
    char body[FAKE_TEXT];
    /* The last honest answer to a validation, for FAKE_REPLAY. */
    char old_body[FAKE_TEXT], old_date[64], old_signature[512], old_digest[128];
};

/* Honest, valid, both clocks at 2026-01-02T03:04:05.678Z. */
struct fake_service fake_service(void);
/* Options that ask it: key, fingerprint, clock and transport are set. */
struct gatehouse_options fake_options(struct fake_service *fake);
struct gatehouse *fake_open(const struct gatehouse_options *options);
/* A whole file in its armour around any enc, signed; in malloc'ed memory. */
char *fake_file(const char *prefix, const char *document);
/* b64(sign(message)) */
void fake_sign(const char *message, char out[128]);
