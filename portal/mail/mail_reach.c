#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "portal/mail/mail_reach.h"

#include "base/attr.h"
#include "portal/hooks/webhook_url.h"
#include "portal/http/lang.h"

#include <curl/curl.h>

#include <sys/socket.h>

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    int fd;

    (void)arg;
    if (purpose != CURLSOCKTYPE_IPCXN || !webhook_url_may_reach(&to->addr, false))
        return CURL_SOCKET_BAD;
    fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

bool mail_reach_guard(void *easy)
{
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK;
}

const char *mail_reach_say(int result)
{
    static const struct {
        CURLcode code;
        const char *text;
    } WORDS[] = {
        {CURLE_OK, NULL},
        {CURLE_COULDNT_RESOLVE_HOST, T("No server has that name.")},
        {CURLE_COULDNT_CONNECT,
         T("The server cannot be reached: nobody answers at that port, or it is in a private "
           "network, which the installation's operator has to allow.")},
        {CURLE_OPERATION_TIMEDOUT, T("The server did not answer in time. Is the port right?")},
        {CURLE_LOGIN_DENIED, T("The server refuses that name and password.")},
        {CURLE_USE_SSL_FAILED, T("The server does not offer encryption at that port.")},
        {CURLE_SSL_CONNECT_ERROR,
         T("The connection could not be encrypted. Is the kind of encryption right for that "
           "port?")},
        {CURLE_PEER_FAILED_VERIFICATION, T("The server's certificate is not valid for that name.")},
        {CURLE_WEIRD_SERVER_REPLY, T("What answers at that port is no mail server.")},
    };

    for (size_t i = 0; i < COUNT(WORDS); i++)
        if ((int)WORDS[i].code == result)
            return WORDS[i].text;
    return T("The server answers, and not as a mail server should.");
}
