#include "portal/desk/thanks.h"

#include "base/utf8.h"

#include <string.h>

const char THANKS_WORDS[] =
    "thanks\nthank you\nthx\nthank u\nmany thanks\ncheers\nappreciated\n"
    "much appreciated\ni appreciate it\nappreciate it\n"
    "谢谢\n多谢\n感谢\n谢了\n非常感谢\n十分感谢\n万分感谢\n辛苦了\n";
const char THANKS_BESIDE[] =
    "hi\nhello\ndear\nall\nteam\neverybody\nsir\nmadam\nvery much\nso much\na lot\nagain\nindeed\n"
    "and\nok\nokay\nperfect\ngreat\nsuper\nexcellent\nwonderful\nfor your help\nfor the help\n"
    "for your quick help\nfor your support\nfor the quick reply\nfor your quick reply\n"
    "for your reply\nfor your answer\nfor helping\nthat helped\nthat helped a lot\nit works\n"
    "it works now\nworks now\nworks fine\nworks fine now\nthat works\nall good\nall good now\n"
    "all is well\nall is well now\nall is working\nall is working now\n"
    "everything works\neverything works now\nproblem solved\nit is solved\nsolved\nbest\n"
    "best regards\nkind regards\nregards\nbest wishes\nhave a nice day\nhave a good day\n"
    "have a great day\nhave a nice weekend\nhave a good weekend\n"
    "您好\n你好\n好的\n好\n很好\n太好了\n收到\n可以了\n可以用了\n已经可以了\n已解决\n已经解决\n已经解决了\n问题已解决\n"
    "问题解决了\n解决了\n已经好了\n没问题了\n您\n你\n你们\n您的\n你的\n你们的\n老师\n工程师\n帮助\n支持\n"
    "帮忙\n耐心\n解答\n回复\n非常\n真的\n祝好\n此致\n敬礼\n祝工作顺利\n祝您工作顺利\n辛苦\n";

struct tokens {
    const char *words[THANKS_TOKENS_MAX];
    size_t count;
    bool is_full; /* there were more */
};

static void add(struct tokens *t, struct arena *mem, const char *from, const char *to)
{
    if (t->count == THANKS_TOKENS_MAX) {
        t->is_full = true;
        return;
    }
    t->words[t->count++] = span_dup(mem, (struct span){from, (size_t)(to - from)});
}

/* Words, and each character of Chinese; what is neither parts them. */
static void split(struct arena *mem, const char *folded, struct tokens *t)
{
    const char *at = folded, *word = NULL;

    *t = (struct tokens){.count = 0};
    for (;;) {
        const char *start = at;
        const uint32_t c = utf8_next(&at);
        const bool is_letter = c != 0 && utf8_is_word(c) && !utf8_is_cjk(c);

        if (word != NULL && !is_letter) {
            add(t, mem, word, start);
            word = NULL;
        }
        if (c == 0)
            return;
        if (is_letter && word == NULL)
            word = start;
        if (utf8_is_cjk(c))
            add(t, mem, start, at);
    }
}

/* How many tokens the phrase takes from there on; 0: another one stands there. */
static size_t match(const struct tokens *text, size_t from, const struct tokens *phrase)
{
    if (phrase->count == 0 || phrase->is_full || phrase->count > text->count - from)
        return 0;
    for (size_t i = 0; i < phrase->count; i++)
        if (strcmp(text->words[from + i], phrase->words[i]) != 0)
            return 0;
    return phrase->count;
}

struct phrases {
    struct tokens *list;
    size_t count;
};

static struct phrases read_phrases(struct arena *mem, const char *lines)
{
    struct span rest = span_of(utf8_fold(mem, lines)), line;
    struct phrases out = {NULL, 0};
    size_t n = 1;

    for (const char *c = lines; *c != '\0'; c++)
        n += *c == '\n';
    out.list = arena_array(mem, struct tokens, n);
    while (out.count < n && span_cut(&rest, '\n', &line))
        split(mem, span_dup(mem, line), &out.list[out.count++]);
    return out;
}

static size_t longest(const struct tokens *text, size_t from, const struct phrases *phrases)
{
    size_t best = 0;

    for (size_t i = 0; i < phrases->count; i++) {
        const size_t n = match(text, from, &phrases->list[i]);

        best = n > best ? n : best;
    }
    return best;
}

static struct phrases name_words(struct arena *mem, const struct thanks_list *list)
{
    struct str lines = str_new(mem);

    for (size_t i = 0; i < list->name_count; i++) {
        struct tokens words;

        split(mem, utf8_fold(mem, list->names[i]), &words);
        for (size_t w = 0; w < words.count; w++)
            str_fmt(&lines, "%s\n", words.words[w]);
    }
    return read_phrases(mem, lines.p);
}

bool thanks_is(struct arena *mem, const char *text, const struct thanks_list *list)
{
    const char *folded = utf8_fold(mem, text);
    const struct phrases thanks = read_phrases(mem, list->thanks);
    const struct phrases beside = read_phrases(mem, list->beside);
    const struct phrases names = name_words(mem, list);
    bool has_thanks = false;
    struct tokens t;
    size_t at = 0;

    split(mem, folded, &t);
    if (t.is_full || strchr(folded, '?') != NULL)
        return false;
    while (at < t.count) {
        const size_t thanked = longest(&t, at, &thanks), other = longest(&t, at, &beside);
        const size_t named = longest(&t, at, &names);

        has_thanks = has_thanks || (thanked > 0 && thanked >= other);
        if (thanked + other + named == 0)
            return false;
        at +=
            thanked > other ? (thanked > named ? thanked : named) : (other > named ? other : named);
    }
    return has_thanks;
}
