/* Mail programs mark what they quote in their own words. The lines below are what they write; each
 * stands in the corpus (tests/mail/corpus.c). A forwarded mail is not a quotation: it stays. */
#include "portal/mail/mail_quote.h"

enum { LINES_MAX = 20000, HEADS_WITHIN = 5, INTRO_BYTES = 400, INTRO_LINES = 3, DASHES_MIN = 5 };

struct line {
    struct span text; /* without blanks around it */
    size_t at;        /* where it begins in the whole */
    bool is_quoted;
};

static bool starts(struct span a, const char *with)
{
    size_t len = strlen(with);

    return a.len >= len && memcmp(a.p, with, len) == 0;
}

static bool ends(struct span a, const char *with)
{
    size_t len = strlen(with);

    return a.len >= len && memcmp(a.p + a.len - len, with, len) == 0;
}

static bool contains(struct span a, const char *what)
{
    size_t len = strlen(what);

    for (size_t i = 0; i + len <= a.len; i++)
        if (memcmp(a.p + i, what, len) == 0)
            return true;
    return false;
}

static bool starts_any(struct span a, const char *const *with, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (starts(a, with[i]))
            return true;
    return false;
}

static bool ends_any(struct span a, const char *const *with, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ends(a, with[i]))
            return true;
    return false;
}

/* "On Monday Anna wrote:", on one line or wrapped over two. */
static bool is_intro(const struct line *l, size_t left)
{
    static const char *const FIRST[] = {"On ", "Am ", "Le ",  "El ",    "Il ",  "Op ", "Em ", "At ",
                                        "在",  "于",  "Den ", "W dniu", "Dnia", "Vào", "Pada"};
    static const char *const LAST[] = {
        "wrote:",    "wrote：",  "schrieb:", "écrit :",   "écrit:",   "écrit :",
        "escribió:", "scritto:", "schreef:", "escreveu:", "写道：",   "写道:",
        "寫道：",    "寫道:",    "写道: ",   "skrev:",    "napisał:", "的邮件写道："};
    static const char *const VERBS[] = {" schrieb ", " schreef ", " skrev ", " wrote "};
    bool begins = starts_any(l->text, FIRST, COUNT(FIRST));
    struct span two = l->text;

    if (l->text.len > INTRO_BYTES)
        return false;
    if (ends_any(l->text, LAST, COUNT(LAST)))
        return begins || memchr(l->text.p, '@', l->text.len) != NULL || ends(l->text, "写道：") ||
               ends(l->text, "写道:") || ends(l->text, "寫道：");
    if (begins && (ends(l->text, ":") || ends(l->text, "：")))
        for (size_t i = 0; i < COUNT(VERBS); i++)
            if (contains(l->text, VERBS[i]))
                return true;
    if (!begins || left < 2)
        return false;
    two.len = (size_t)(l[1].text.p + l[1].text.len - l->text.p);
    return l[1].text.len > 0 && two.len <= INTRO_BYTES && ends_any(two, LAST, COUNT(LAST));
}

/* "-----Original Message-----" and its kin. */
static bool is_divider(struct span a)
{
    static const char *const WORDS[] = {"Original Message",
                                        "Original Appointment",
                                        "原始邮件",
                                        "原邮件",
                                        "原始郵件",
                                        "邮件原件",
                                        "Ursprüngliche Nachricht",
                                        "Message d'origine",
                                        "Mensaje original",
                                        "回复的原邮件",
                                        "Original"};
    struct span in = a;
    size_t dashes = 0;

    while (in.len > 0 && (*in.p == '-' || *in.p == '_' || *in.p == '=' || *in.p == ' ')) {
        dashes += *in.p != ' ';
        in.p++;
        in.len--;
    }
    while (in.len > 0 && (in.p[in.len - 1] == '-' || in.p[in.len - 1] == '_' ||
                          in.p[in.len - 1] == '=' || in.p[in.len - 1] == ' '))
        in.len--;
    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (span_equal_nocase(in, WORDS[i]))
            return dashes >= 2 || i >= 2; /* the Chinese words also stand alone */
    return false;
}

static bool is_rule(struct span a)
{
    size_t i = 0;

    while (i < a.len && a.p[i] == '_')
        i++;
    return i == a.len && i >= DASHES_MIN;
}

/* The head of the quoted mail: From: and then when, to whom. */
static bool is_head(const struct line *l, size_t left)
{
    static const char *const FROM[] = {
        "From:",   "From：",   "发件人:",  "发件人：",  "發件人:",    "發件人：",
        "寄件者:", "寄件者：", "寄件人：", "Von:",      "De :",       "De:",
        "*From:*", "发件人 :", "From :",   "*发件人:*", "*发件人：*", "**发件人**"};
    static const char *const NEXT[] = {"Sent:",     "Date:",     "To:",    "Subject:", "发送时间",
                                       "发送日期",  "日期",      "收件人", "寄件日期", "收件者",
                                       "發送時間",  "Gesendet:", "Envoyé", "*Sent:*",  "*Date:*",
                                       "*发送时间", "时间",      "主题",   "An:",      "Date :",
                                       "**发送",    "Enviado"};
    unsigned seen = 0;

    if (!starts_any(l->text, FROM, COUNT(FROM)))
        return false;
    for (size_t i = 1; i < left && i <= HEADS_WITHIN; i++)
        seen += starts_any(l[i].text, NEXT, COUNT(NEXT));
    return seen >= 2;
}

static bool is_reply_mark(struct span a)
{
    static const char *const MARKS[] = {"## Please write your answer above this line ##",
                                        "## 请在此行上方回复 ##"};

    return starts_any(a, MARKS, COUNT(MARKS));
}

static size_t read_lines(struct arena *mem, const char *text, struct line **out)
{
    struct line *lines = arena_array(mem, struct line, LINES_MAX);
    struct span rest = span_of(text);
    struct span head;
    size_t count = 0;

    while (count < LINES_MAX && rest.len > 0 && span_cut(&rest, '\n', &head)) {
        struct span t = span_trim(head);

        lines[count++] = (struct line){
            .text = t, .at = (size_t)(head.p - text), .is_quoted = t.len > 0 && *t.p == '>'};
    }
    *out = lines;
    return count;
}

/* Where what is quoted begins; count: nowhere. *must: whatever follows belongs to it. */
static size_t find_quote(const struct line *lines, size_t count, bool *must)
{
    for (size_t i = 0; i < count; i++) {
        const struct line *l = &lines[i];

        *must = true;
        if (is_reply_mark(l->text) || is_divider(l->text) || is_head(l, count - i))
            return i;
        if (is_rule(l->text) && i + 1 < count && is_head(l + 1, count - i - 1))
            return i;
        *must = false;
        if (is_intro(l, count - i) || l->is_quoted)
            return i;
    }
    return count;
}

static bool has_own_text(const struct line *lines, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (lines[i].text.len > 0 && !lines[i].is_quoted)
            return true;
    return false;
}

/* "-- " and what telephones add. */
static size_t find_signature(const struct line *lines, size_t count)
{
    static const char *const PHONES[] = {
        "Sent from my ", "发自我的",       "發自我的",        "Get Outlook for",
        "Von meinem ",   "Envoyé de mon ", "来自我的",        "发送自我的",
        "从我的",        "发自",           "Enviado desde mi"};
    size_t last = count;

    for (size_t i = 1; i < count; i++)
        if (span_equal(lines[i].text, "--") || span_equal(lines[i].text, "—"))
            return i;
    while (last > 0 && lines[last - 1].text.len == 0)
        last--;
    if (last > 1 && starts_any(lines[last - 1].text, PHONES, COUNT(PHONES)))
        return last - 1;
    return count;
}

static char *keep(struct arena *mem, const char *text, const struct line *lines, size_t count,
                  size_t total)
{
    size_t end = count < total ? lines[count].at : strlen(text);
    struct span all = span_trim((struct span){text, end});

    return span_dup(mem, all);
}

/* Written below what is quoted: the first lines that are neither quoted nor its introduction. */
static char *below(struct arena *mem, const char *text, const struct line *lines, size_t from,
                   size_t count)
{
    size_t end;

    while (from < count && !lines[from].is_quoted)
        from++;
    while (from < count && (lines[from].is_quoted || lines[from].text.len == 0))
        from++;
    for (size_t i = from; i < count; i++)
        if (lines[i].is_quoted)
            return NULL; /* answers stand between */
    if (from == count)
        return NULL;
    end = from + find_signature(lines + from, count - from);
    return span_dup(mem, span_trim((struct span){text + lines[from].at,
                                                 (end < count ? lines[end].at : strlen(text)) -
                                                     lines[from].at}));
}

/* The line after an introduction, which may be wrapped. Some programs quote without any mark. */
static size_t find_quoted(const struct line *lines, size_t count, size_t intro, bool *is_marked)
{
    size_t i = intro;

    while (i < count && i <= intro + INTRO_LINES && !lines[i].is_quoted)
        i++;
    *is_marked = i < count && lines[i].is_quoted;
    return *is_marked ? i : intro;
}

char *mail_quote_strip(struct arena *mem, const char *text, bool *is_cut)
{
    struct span whole = span_trim(span_of(text));
    struct line *lines;
    size_t count = read_lines(mem, text, &lines);
    bool must = false;
    bool is_marked = false;
    size_t quote = find_quote(lines, count, &must);
    size_t quoted = must ? quote : find_quoted(lines, count, quote, &is_marked);
    char *kept = NULL;

    *is_cut = false;
    if (count < LINES_MAX) {
        if (!has_own_text(lines, 0, quote))
            kept = is_marked ? below(mem, text, lines, quote, count) : NULL;
        else if (!is_marked || !has_own_text(lines, quoted, count))
            kept = keep(mem, text, lines, find_signature(lines, quote), count);
    }
    if (kept == NULL || *kept == '\0')
        return span_dup(mem, whole);
    *is_cut = strlen(kept) < whole.len;
    return kept;
}
