/* What is typed into a field of the tenant's own: refused, or kept in a form that is kept again as
 * it is. The first byte is the kind. */
#include "portal/field/custom_value.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static struct option_value OPTIONS[] = {{"printer", "Printer", "打印机", false},
                                        {"scanner", "Scanner", "扫描枪", false},
                                        {"till", "Till", "收银机", true}};
static const struct option_list LIST = {
    .code = "device", .label = "Device", .values = OPTIONS, .value_count = COUNT(OPTIONS)};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct custom_field f = {.code = "f", .label = "f"};
    struct arena *mem;
    const char *kept, *again, *word;
    int64_t amount;

    if (len == 0 || memchr(bytes + 1, '\0', len - 1) != NULL)
        return 0;
    mem = arena_make(4096);
    f.kind = (enum field_kind)(bytes[0] % FIELD_KINDS);
    f.list = f.kind == FIELD_CHOICE || f.kind == FIELD_CHOICES ? &LIST : NULL;
    if (field_rule_clean(mem, &f, arena_dup_bytes(mem, bytes + 1, len - 1), NULL, &kept) &&
        kept != NULL) {
        json_t *json = json_own(mem, custom_value_json(&f, kept));

        assert(!json_is_null(json));
        if (!field_rule_clean(mem, &f, kept, NULL, &again) || strcmp(kept, again) != 0)
            abort();
        if (f.kind != FIELD_CHOICES && !custom_value_search(mem, &f, kept, &word, &amount))
            abort(); /* what is kept can be searched for */
    }
    arena_free(mem);
    return 0;
}
