#include "portal/desk/ticket_gap.h"

#include <string.h>

const struct err_kind ERR_TICKET_GAP = {ERR_CLASS_INVALID, "TEXT_GAP",
                                        "Fill in what stands in double brackets, then send."};

bool ticket_gap_is_in(const char *text)
{
    const char *open = strstr(text, TICKET_GAP_OPEN);

    return open != NULL && strstr(open, TICKET_GAP_CLOSE) != NULL;
}
