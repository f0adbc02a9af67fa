/* Our own transport: libcurl, one connection that is kept. */
#include "client.h"

#include <curl/curl.h>

#include <string.h>

void *ghc_curl_make(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
}

void ghc_curl_free(void *curl)
{
    if (curl != NULL)
        curl_easy_cleanup(curl);
}

static size_t take_body(char *bytes, size_t one, size_t count, void *response)
{
    return gatehouse_response_body(response, bytes, one * count) ? one * count : 0;
}

static size_t take_header(char *bytes, size_t one, size_t count, void *context)
{
    struct gatehouse_response *response = context;
    char line[GHC_HEADER_MAX + 64];
    size_t len = one * count;
    char *colon, *value;

    /* Any other number than what it gave is "stop" for libcurl. */
    response->header_bytes += len;
    if (response->header_bytes > GHC_HEADERS_MAX) {
        response->body.is_failed = true;
        return 0;
    }
    if (len >= sizeof line)
        return len;
    memcpy(line, bytes, len);
    line[len] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, "HTTP/", 5) == 0) {
        /* An interim answer (100) had headers of its own. */
        gatehouse_response_status(response, 0);
        return len;
    }
    colon = strchr(line, ':');
    if (colon == NULL)
        return len;
    *colon = '\0';
    value = colon + 1 + strspn(colon + 1, " \t");
    for (size_t n = strlen(value); n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'); n--)
        value[n - 1] = '\0';
    gatehouse_response_header(response, line, value);
    return len;
}

/* The schemes allowed: never file, ftp or whatever else this libcurl was built with. */
static void set_schemes(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void set_request(CURL *curl, const struct gatehouse_request *request)
{
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    /* The path is signed as it is sent. */
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set_schemes(curl);
    if (strcmp(request->method, "GET") == 0) {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
        return;
    }
    if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

enum gatehouse_error ghc_curl_send(void *handle, const struct gatehouse_request *request,
                                   struct gatehouse_response *response)
{
    CURL *curl = handle;
    struct curl_slist *headers = NULL;
    bool is_whole = true, is_sent;
    long status = 0;

    /* The connection stays; what the last request had set does not. */
    curl_easy_reset(curl);
    set_request(curl, request);
    for (size_t i = 0; request->headers[i] != NULL && is_whole; i++) {
        struct curl_slist *more = curl_slist_append(headers, request->headers[i]);

        is_whole = more != NULL;
        headers = is_whole ? more : headers;
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, response);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, response);
    is_sent = is_whole && curl_easy_perform(curl) == CURLE_OK &&
              curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK;
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    if (!is_sent)
        return GATEHOUSE_E_NETWORK;
    gatehouse_response_status(response, (int)status);
    return GATEHOUSE_OK;
}
