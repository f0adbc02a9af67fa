#include "tests/licensing/client/fake_service.h"

#include <sodium.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_HOST "licensing.example.com"

struct fake_service fake_service(void)
{
    return (struct fake_service){
        .now = 1767323045678, .client_now = 1767323045678, .code = "VALID", .is_valid = true};
}

static int64_t client_clock(void *context)
{
    return ((struct fake_service *)context)->client_now;
}

static void secret_key(unsigned char first, unsigned char secret[64])
{
    unsigned char seed[32], public_key[32];
    size_t n;

    assert_true(sodium_init() >= 0);
    sodium_hex2bin(seed, sizeof seed, FAKE_SEED, 64, NULL, &n, NULL);
    seed[0] = first;
    crypto_sign_seed_keypair(public_key, secret, seed);
}

static void sign_by(unsigned char first, const char *message, char out[128])
{
    unsigned char secret[64], signature[64];

    secret_key(first, secret);
    crypto_sign_detached(signature, NULL, (const unsigned char *)message, strlen(message), secret);
    sodium_bin2base64(out, 128, signature, sizeof signature, sodium_base64_VARIANT_ORIGINAL);
}

void fake_sign(const char *message, char out[128])
{
    sign_by(0, message, out);
}

/* --- answers --- */

/* Fri, 02 Jan 2026 03:04:05 GMT and so on, for January alone: enough for tests. */
static void http_date(int64_t now, char out[64])
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    int64_t s = now / 1000, day = s / 86400 - 20454; /* since 2026-01-01 */

    assert_true(day >= 0 && day < 31);
    snprintf(out, 64, "%s, %02d Jan 2026 %02d:%02d:%02d GMT", days[day % 7], (int)day + 1,
             (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60));
}

static void iso_date(int64_t now, char out[64])
{
    int64_t s = now / 1000;

    snprintf(out, 64, "2026-01-%02dT%02d:%02d:%02d.%03dZ", (int)(s / 86400 - 20454) + 1,
             (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60), (int)(now % 1000));
}

static const char *quoted(const char *text, char *out, size_t size)
{
    if (text == NULL)
        return "null";
    snprintf(out, size, "\"%s\"", text);
    return out;
}

/* What was sent after a name, up to a mark, as it was sent. */
static const char *sent(const char *body, const char *name, const char *end, char *out, size_t size)
{
    const char *at = strstr(body, name);

    out[0] = '\0';
    if (at != NULL)
        snprintf(out, size, "%.*s", (int)strcspn(at + strlen(name), end), at + strlen(name));
    return out;
}

static void make_verdict(const struct fake_service *f, char *out, size_t size)
{
    char nonce[32], scope[512], ts[64], expiry[64], grace[96] = "", data[1024];

    sent(f->body, "\"nonce\":", ",}", nonce, sizeof nonce);
    sent(f->body, "\"scope\":{", "}", scope, sizeof scope);
    iso_date(f->now, ts);
    if (f->grace != NULL)
        snprintf(grace, sizeof grace, ",\"gatehouse\":{\"graceEnd\":\"%s\"}", f->grace);
    snprintf(data, sizeof data,
             "{\"id\":\"22222222-2222-4222-8222-222222222222\",\"type\":\"licenses\","
             "\"attributes\":{\"key\":\"%s\",\"expiry\":%s}}",
             f->fault == FAKE_OTHER_LICENCE ? "ANOTHER-KEY" : FAKE_KEY,
             quoted(f->expiry, expiry, sizeof expiry));
    snprintf(out, size,
             "{\"data\":%s,\"meta\":{\"ts\":\"%s\",\"valid\":%s,\"detail\":\"-\",\"code\":\"%s\","
             "\"nonce\":%s,\"scope\":{%s}%s}}",
             f->data != NULL ? f->data : data, ts, f->is_valid ? "true" : "false", f->code, nonce,
             f->fault == FAKE_OTHER_MACHINE ? "\"fingerprint\":\"another\"" : scope, grace);
}

static void make_body(struct fake_service *f, int *status, char *out, size_t size)
{
    const struct fake_step *step = &f->script[f->step];

    *status = f->fault == FAKE_SIGNED_REDIRECT ? 302 : 200;
    if (f->fault == FAKE_NOT_JSON) {
        snprintf(out, size, "<html>welcome to the hotel</html>");
    } else if (f->fault == FAKE_NOT_A_VERDICT) {
        snprintf(out, size, "{\"meta\":{\"valid\":true}}");
    } else if (f->fault == FAKE_DEEP) {
        memset(out, '[', 2000);
        out[2000] = '\0';
    } else if (strstr(f->url, "/actions/validate-key") != NULL) {
        make_verdict(f, out, size);
    } else {
        assert_true(f->step < FAKE_SCRIPT && step->method != NULL);
        assert_string_equal(step->method, f->method);
        assert_string_equal(step->path, f->url + strlen("https://" FAKE_HOST "/v1"));
        *status = step->status;
        snprintf(out, size, "%s", step->body != NULL ? step->body : "");
        f->step++;
    }
}

static void digest_of(const char *body, char out[128])
{
    unsigned char hash[32];

    crypto_hash_sha256(hash, (const unsigned char *)body, strlen(body));
    memcpy(out, "sha-256=", 9);
    sodium_bin2base64(out + 8, 120, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
}

static void signature_of(const struct fake_service *f, const char *date, const char *digest,
                         char out[512])
{
    char text[2048], method[8], signature[128];
    const char *target = f->url + strlen("https://" FAKE_HOST);

    for (size_t i = 0; i < sizeof method; i++)
        method[i] = f->method[i] == '\0' ? '\0' : (char)(f->method[i] + 32);
    snprintf(text, sizeof text,
             "(request-target): %s %s\nhost: " FAKE_HOST "\ndate: %s\ndigest: %s", method,
             f->fault == FAKE_OTHER_TARGET ? "/v1/me" : target, date, digest);
    sign_by(f->fault == FAKE_OTHER_KEY ? 7 : 0, text, signature);
    if (f->fault == FAKE_BAD_SIGNATURE)
        signature[0] = signature[0] == 'A' ? 'B' : 'A';
    snprintf(out, 512,
             "keyid=\"11111111-1111-4111-8111-111111111111\", algorithm=\"ed25519\", "
             "signature=\"%s\", headers=\"(request-target) host date digest\"",
             signature);
}

static void send_signed(struct fake_service *f, struct gatehouse_response *response)
{
    char body[FAKE_TEXT], date[64], digest[128], signature[512];
    int64_t lie = f->fault == FAKE_OLD_DATE ? -301000 : f->fault == FAKE_FUTURE_DATE ? 302000 : 0;
    int status;

    make_body(f, &status, body, sizeof body);
    http_date(f->now + lie, date);
    if (f->fault == FAKE_BAD_DATE)
        snprintf(date, sizeof date, "yesterday");
    digest_of(body, digest);
    signature_of(f, date, digest, signature);
    if (f->fault == FAKE_REPLAY) {
        memcpy(body, f->old_body, sizeof body);
        memcpy(date, f->old_date, sizeof date);
        memcpy(digest, f->old_digest, sizeof digest);
        memcpy(signature, f->old_signature, sizeof signature);
    }
    memcpy(f->old_body, body, sizeof body);
    memcpy(f->old_date, date, sizeof date);
    memcpy(f->old_digest, digest, sizeof digest);
    memcpy(f->old_signature, signature, sizeof signature);
    if (f->fault == FAKE_CHANGED_BODY)
        body[strlen(body) / 2] ^= 1;
    gatehouse_response_header(response, "date", date);
    if (f->fault == FAKE_TWO_DATES)
        gatehouse_response_header(response, "Date", date);
    gatehouse_response_header(response, "Digest", digest);
    if (f->fault != FAKE_UNSIGNED)
        gatehouse_response_header(response, "Keygen-Signature", signature);
    gatehouse_response_body(response, body, strlen(body) - (f->fault == FAKE_CUT_BODY ? 2 : 0));
    gatehouse_response_status(response, status);
}

static enum gatehouse_error transport(void *context, const struct gatehouse_request *request,
                                      struct gatehouse_response *response)
{
    static const char page[1024] = "x";
    struct fake_service *f = context;
    size_t used = 0;

    f->asked++;
    snprintf(f->method, sizeof f->method, "%s", request->method);
    snprintf(f->url, sizeof f->url, "%s", request->url);
    snprintf(f->body, sizeof f->body, "%s", request->body != NULL ? request->body : "");
    for (size_t i = 0; request->headers[i] != NULL; i++)
        used += (size_t)snprintf(f->headers + used, sizeof f->headers - used, "%s\n",
                                 request->headers[i]);
    if (f->fault == FAKE_OFFLINE)
        return GATEHOUSE_E_NETWORK;
    if (f->fault == FAKE_HUGE) {
        while (gatehouse_response_body(response, page, sizeof page))
            ;
        return GATEHOUSE_E_NETWORK; /* as libcurl, when it was told to stop */
    }
    if (f->fault == FAKE_REDIRECT) {
        gatehouse_response_header(response, "Location", "https://evil.example/");
        gatehouse_response_status(response, 302);
    } else if (f->fault == FAKE_UNWELL || f->fault == FAKE_BUSY) {
        gatehouse_response_header(response, "Retry-After", "17");
        gatehouse_response_status(response, f->fault == FAKE_BUSY ? 429 : 503);
    } else {
        send_signed(f, response);
    }
    return GATEHOUSE_OK;
}

/* --- for tests --- */

struct gatehouse_options fake_options(struct fake_service *fake)
{
    return (struct gatehouse_options){.url = "https://" FAKE_HOST,
                                      .public_keys = FAKE_PUBLIC,
                                      .key = FAKE_KEY,
                                      .fingerprint = FAKE_PRINT,
                                      .transport = transport,
                                      .transport_context = fake,
                                      .now_ms = client_clock,
                                      .clock_context = fake};
}

struct gatehouse *fake_open(const struct gatehouse_options *options)
{
    struct gatehouse *g;

    assert_int_equal(gatehouse_open(options, &g), GATEHOUSE_OK);
    return g;
}

static char *base64_of(const char *text)
{
    size_t size = sodium_base64_encoded_len(strlen(text), sodium_base64_VARIANT_ORIGINAL);
    char *out = malloc(size);

    assert_non_null(out);
    return sodium_bin2base64(out, size, (const unsigned char *)text, strlen(text),
                             sodium_base64_VARIANT_ORIGINAL);
}

char *fake_file(const char *prefix, const char *document)
{
    const char *kind = strcmp(prefix, "license/") == 0 ? "LICENSE" : "MACHINE";
    char *enc = base64_of(document), *inner, *file, signature[128];
    size_t size = 2 * strlen(enc) + 4096;
    char *text = malloc(size);

    assert_non_null(text);
    snprintf(text, size, "%s%s", prefix, enc);
    fake_sign(text, signature);
    snprintf(text, size, "{\"enc\":\"%s\",\"sig\":\"%s\",\"alg\":\"base64+ed25519\"}", enc,
             signature);
    inner = base64_of(text);
    file = malloc(size = strlen(inner) + 128);
    assert_non_null(file);
    snprintf(file, size, "-----BEGIN %s FILE-----\n%s\n-----END %s FILE-----\n", kind, inner, kind);
    free(enc);
    free(inner);
    free(text);
    return file;
}
