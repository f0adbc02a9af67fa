#include "portal/pages/device_text.h"

#include <string.h>

static const struct {
    const char *mark, *name;
} BROWSERS[] = {{"Edg/", "Edge"},      {"OPR/", "Opera"},     {"Firefox/", "Firefox"},
                {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}},
  SYSTEMS[] = {{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"},
               {"iPad", "iPad"},       {"Mac OS X", "macOS"},  {"Linux", "Linux"}};

const char *device_text(struct req *rq, const char *agent)
{
    const char *browser = NULL;
    const char *system = NULL;

    for (size_t i = 0; i < COUNT(BROWSERS) && !browser; i++)
        browser = strstr(agent, BROWSERS[i].mark) ? BROWSERS[i].name : NULL;
    for (size_t i = 0; i < COUNT(SYSTEMS) && !system; i++)
        system = strstr(agent, SYSTEMS[i].mark) ? SYSTEMS[i].name : NULL;
    if (browser && system)
        return lang_fill(rq->cx.mem, rq->lang, T("{} on {}"),
                         (const char *const[]){browser, system}, 2);
    return browser ? browser : req_text(rq, T("Unknown device"));
}
