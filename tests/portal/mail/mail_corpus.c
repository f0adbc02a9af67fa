#include "tests/portal/mail/mail_corpus.h"

#include "base/crypto.h"

#include <assert.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>

enum { LINE = 76, NESTED = 3000, PARTS = 500, HUGE_LINE = 100000 };

struct maker {
    struct arena *mem;
    struct corpus_mail *out;
    size_t count;
};

static void add(struct maker *m, const char *name, struct span bytes, const char *has,
                const char *hasnot, const char *subject)
{
    assert(m->count < CORPUS_MAILS_MAX);
    m->out[m->count++] = (struct corpus_mail){arena_dup(m->mem, name), bytes, has, hasnot, subject};
}

static struct span span_str(const struct str *s)
{
    return (struct span){s->p, s->len};
}

/* --- encodings --- */

static struct span recode(struct arena *mem, const char *text, const char *charset)
{
    size_t left = strlen(text);
    size_t room = 8 * left + 64;
    char *in = arena_dup(mem, text);
    char *start = arena_alloc(mem, room);
    char *to = start;
    iconv_t cd = iconv_open(charset, "UTF-8");
    size_t result = (size_t)-1;

    if (cd != (iconv_t)-1) {
        result = iconv(cd, &in, &left, &to, &room);
        iconv(cd, NULL, NULL, &to, &room);
        iconv_close(cd);
    }
    assert(result != (size_t)-1);
    return (struct span){start, (size_t)(to - start)};
}

static void add_base64(struct arena *mem, struct str *s, struct span bytes)
{
    const char *text = crypto_base64(mem, bytes.p, bytes.len);

    for (size_t at = 0; at < strlen(text); at += LINE)
        str_fmt(s, "%.*s\r\n", LINE, text + at);
}

static void add_printable(struct str *s, struct span bytes)
{
    size_t column = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.p[i];

        if (c == '\n') {
            str_add(s, "\r\n");
            column = 0;
        } else if (c >= ' ' && c < 0x7f && c != '=') {
            str_char(s, (char)c);
            column++;
        } else {
            str_fmt(s, "=%02X", c);
            column += 3;
        }
        if (column > LINE - 4) {
            str_add(s, "=\r\n");
            column = 0;
        }
    }
}

static void add_body(struct arena *mem, struct str *s, struct span bytes, const char *transfer)
{
    if (strcmp(transfer, "base64") == 0)
        add_base64(mem, s, bytes);
    else if (strcmp(transfer, "quoted-printable") == 0)
        add_printable(s, bytes);
    else
        str_add_n(s, bytes.p, bytes.len);
}

static struct str head(struct arena *mem, const char *subject)
{
    struct str s = str_new(mem);

    str_fmt(&s,
            "From: \"Wang\" <wang@shop.example>\r\nTo: ticket@tilwick.example\r\nSubject: %s\r\n"
            "Message-ID: <c%zu@client.example>\r\nMIME-Version: 1.0\r\n",
            subject, strlen(subject));
    return s;
}

static struct str encoded_mail(struct arena *mem, const char *claimed, struct span bytes,
                               const char *transfer, struct span subject)
{
    struct str s = head(
        mem, arena_printf(mem, "=?%s?B?%s?=", claimed, crypto_base64(mem, subject.p, subject.len)));

    str_fmt(&s, "Content-Type: text/plain; charset=\"%s\"\r\nContent-Transfer-Encoding: %s\r\n\r\n",
            claimed, transfer);
    add_body(mem, &s, bytes, transfer);
    return s;
}

static const struct {
    const char *claimed, *real, *text;
} CHARSETS[] = {
    {"utf-8", "UTF-8", "打印机坏了"},
    {"UTF8", "UTF-8", "打印机坏了"},
    {"gb2312", "GB18030", "打印机坏了，朱镕基"},
    {"GBK", "GB18030", "繁體與简体"},
    {"gb18030", "GB18030", "𠮷野家的票"},
    {"x-gbk", "GB18030", "打印机坏了"},
    {"cp936", "GB18030", "打印机坏了"},
    {"big5", "BIG5", "印表機壞了"},
    {"Big5-HKSCS", "BIG5-HKSCS", "印表機壞咗"},
    {"x-x-big5", "BIG5", "印表機壞了"},
    {"hz-gb-2312", "UTF-8", "打印机坏了"},
    {"iso-2022-jp", "ISO-2022-JP", "プリンタが壊れた"},
    {"shift_jis", "CP932", "プリンタが壊れた"},
    {"euc-jp", "EUC-JP", "プリンタが壊れた"},
    {"euc-kr", "CP949", "프린터가 고장났다"},
    {"ks_c_5601-1987", "CP949", "프린터가 고장났다"},
    {"koi8-r", "KOI8-R", "Принтер сломался"},
    {"windows-1251", "CP1251", "Принтер сломался"},
    {"iso-8859-1", "CP1252", "Der Drucker für Köln"},
    {"iso-8859-15", "ISO-8859-15", "Kostet 5 €"},
    {"windows-1252", "CP1252", "It’s “broken”"},
    {"iso-8859-2", "ISO-8859-2", "Drukarka się zepsuła"},
    {"iso-8859-9", "ISO-8859-9", "Yazıcı bozuldu"},
    {"windows-1253", "CP1253", "Ο εκτυπωτής"},
    {"windows-1255", "CP1255", "המדפסת"},
    {"windows-1256", "CP1256", "الطابعة"},
    {"tis-620", "TIS-620", "เครื่องพิมพ์"},
    {"utf-7", "UTF-7", "打印机坏了"},
    {"utf-16", "UTF-16", "打印机坏了"},
    /* misnamed: they claim one thing and are another */
    {"us-ascii", "UTF-8", "打印机坏了"},
    {"us-ascii", "GB18030", "打印机坏了，请派人来"},
    {"iso-8859-1", "UTF-8", NULL},
    {"utf-8", "GB18030", "打印机坏了，请派人来"},
    {"big5", "UTF-8", NULL},
    {"gb2312", "UTF-8", NULL},
    {"x-unknown", "GB18030", "打印机坏了，请派人来"},
    {"no-such-charset", "UTF-8", "打印机坏了"},
    {"default", "UTF-8", "打印机坏了"},
    {"utf-8", "CP1252", NULL},
    {"", "GB18030", "打印机坏了，请派人来"},
};

static void make_charsets(struct maker *m)
{
    static const char *const TRANSFERS[] = {"8bit", "base64", "quoted-printable"};

    for (size_t i = 0; i < COUNT(CHARSETS); i++)
        for (size_t t = 0; t < COUNT(TRANSFERS); t++) {
            const char *text = CHARSETS[i].text != NULL ? CHARSETS[i].text : "Köln ist groß";
            struct span bytes = recode(m->mem, text, CHARSETS[i].real);
            struct str s = encoded_mail(m->mem, CHARSETS[i].claimed, bytes, TRANSFERS[t], bytes);
            bool is_raw_wide = t == 0 && strncmp(CHARSETS[i].real, "UTF-16", 6) == 0;

            add(m,
                arena_printf(m->mem, "charset %s as %s, %s", CHARSETS[i].real, CHARSETS[i].claimed,
                             TRANSFERS[t]),
                span_str(&s), is_raw_wide ? NULL : CHARSETS[i].text, NULL, NULL);
        }
}

/* --- what clients quote --- */

static const char *const QUOTES[] = {
    "On Mon, 2 Mar 2026 at 09:00, Priya Nair <p@tilwick.example> wrote:\n> OLD WORDS\n> more\n",
    "On Mon, 2 Mar 2026 at 09:00, Priya Nair\n<p@tilwick.example> wrote:\n\n> OLD WORDS\n",
    "在 2026年3月2日，上午9:00，Priya <p@tilwick.example> 写道：\n\n> OLD WORDS\n",
    "在 2026-03-02 09:00:00，\"Priya\" <p@tilwick.example> 写道：\nOLD WORDS\n",
    "At 2026-03-02 09:00:00, \"Priya\" <p@tilwick.example> wrote:\n\nOLD WORDS\n",
    "------------------ 原始邮件 ------------------\n发件人: \"Priya\";\n发送时间: 2026年3月2日\n"
    "收件人: \"Wang\";\n主题: 打印机\n\nOLD WORDS\n",
    "------------------&nbsp;原始邮件&nbsp;------------------\n发件人: \"P\";\n发送时间: x\n收件人: w\n"
    "OLD WORDS\n",
    "-----邮件原件-----\n发件人: Priya\n发送时间: 2026\nOLD WORDS\n",
    "发件人： Priya\n发送时间： 2026-03-02 09:00\n收件人： wang@shop.example\n主题： 打印机\nOLD WORDS\n",
    "发件人: Priya <p@tilwick.example>\n日期: 2026年3月2日\n收件人: Wang\n主题: x\n\nOLD WORDS\n",
    "發件人: Priya\n發送時間: 2026年3月2日\n收件人: Wang\n主旨: x\n\nOLD WORDS\n",
    "寄件者: Priya\n寄件日期: 2026年3月2日\n收件者: Wang\n主旨: x\n\nOLD WORDS\n",
    "---- 回复的原邮件 ----\n| 发件人 | Priya |\nOLD WORDS\n",
    "原始邮件\n发件人：Priya\n收件人：Wang\nOLD WORDS\n",
    "-----Original Message-----\nFrom: Priya\nSent: Monday\nTo: Wang\nSubject: x\n\nOLD WORDS\n",
    "________________________________\nFrom: Priya\nSent: Monday\nTo: Wang\nSubject: x\n\nOLD WORDS\n",
    "From: Priya Nair <p@tilwick.example>\nDate: Monday\nTo: Wang\nSubject: x\n\nOLD WORDS\n",
    "*From:* Priya\n*Sent:* Monday\n*To:* Wang\n*Date:* x\n\nOLD WORDS\n",
    "Am 02.03.2026 um 09:00 schrieb Priya Nair:\n> OLD WORDS\n",
    "Von: Priya\nGesendet: Montag\nAn: Wang\nBetreff: x\n\nOLD WORDS\n",
    "Le lun. 2 mars 2026 à 09:00, Priya a écrit :\n> OLD WORDS\n",
    "De : Priya\nEnvoyé : lundi\nDate : x\n\nOLD WORDS\n",
    "El lun, 2 mar 2026 a las 9:00, Priya escribió:\n> OLD WORDS\n",
    "Il giorno lun 2 mar 2026 Priya ha scritto:\n> OLD WORDS\n",
    "Op ma 2 mrt. 2026 schreef Priya <p@x>:\n> OLD WORDS\n",
    "Em seg., 2 de mar. de 2026, Priya escreveu:\n> OLD WORDS\n",
    "Den 2 mars 2026 skrev:\n> OLD WORDS\n",
    "> OLD WORDS\n> and more\n",
    "## Please write your answer above this line ##\nOLD WORDS\n",
    "## 请在此行上方回复 ##\nOLD WORDS\n",
    "-- \nOLD WORDS (a signature)\n",
    "Sent from my OLD WORDS phone\n",
    "发自我的 OLD WORDS 手机\n",
    "发自我的iPhone OLD WORDS\n",
    "Get Outlook for OLD WORDS\n",
};

static void make_quotes(struct maker *m)
{
    for (size_t i = 0; i < COUNT(QUOTES); i++) {
        for (int below = 0; below < 2; below++) {
            bool is_marked = strstr(QUOTES[i], "\n> ") != NULL || *QUOTES[i] == '>';
            struct str s = head(m->mem, "Re: Printer");

            if (below && !is_marked)
                continue;
            str_fmt(&s, "Content-Type: text/plain; charset=utf-8\r\n\r\n%s%s%s",
                    below ? "" : "新的话 NEW WORDS\n\n", QUOTES[i],
                    below ? "\nNEW WORDS below\n" : "");
            add(m, arena_printf(m->mem, "quote %zu%s", i, below ? ", answered below" : ""),
                span_str(&s), "NEW WORDS", strstr(QUOTES[i], "&nbsp;") != NULL ? NULL : "OLD WORDS",
                "Re: Printer");
        }
    }
}

/* --- shapes --- */

static const struct {
    const char *name, *rest, *has, *hasnot;
} SHAPES[] = {
    {"html",
     "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>p{BAD}</style>"
     "</head><body><p>NEW</p><p>WORDS &amp; more&nbsp;&#25171;</p><script>BAD</script>"
     "</body></html>",
     "WORDS & more 打", "BAD"},
    {"html quote",
     "Content-Type: text/html\r\n\r\n<div>NEW WORDS</div><div>On Monday, P "
     "wrote:<br></div><blockquote><div>OLD WORDS</div></blockquote>",
     "NEW WORDS", "OLD WORDS"},
    {"alternative",
     "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nPLAIN "
     "WORDS\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>HTML</b>\r\n--b--\r\n",
     "PLAIN WORDS", "HTML"},
    {"empty plain beside html",
     "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
     "\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<b>HTML "
     "WORDS</b>\r\n--b--\r\n",
     "HTML WORDS", NULL},
    {"mixed with a file",
     "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nNEW "
     "WORDS\r\n--b\r\nContent-Type: image/png; name=\"a/../x.png\"\r\n"
     "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n",
     "NEW WORDS", NULL},
    {"no closing boundary",
     "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nNEW "
     "WORDS\r\n--b\r\nContent-Type: text/plain\r\n\r\nunfinish",
     "NEW WORDS", NULL},
    {"no boundary named", "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nNEW WORDS\r\n", NULL,
     NULL},
    {"a wrong boundary",
     "Content-Type: multipart/mixed; boundary=a\r\n\r\n--b\r\n\r\nNEW "
     "WORDS\r\n--b--\r\n",
     NULL, NULL},
    {"bare line feeds", "Content-Type: text/plain\n\nNEW WORDS\n", "NEW WORDS", NULL},
    {"bare carriage returns", "\r\n\r\nNEW\rWORDS\r", "NEW", NULL},
    {"no type", "\r\nNEW WORDS", "NEW WORDS", NULL},
    {"an unknown type", "Content-Type: text/zzz\r\n\r\nNEW WORDS", NULL, NULL},
    {"a broken type", "Content-Type: ;;;===\r\n\r\nNEW WORDS", NULL, NULL},
    {"an unknown transfer", "Content-Transfer-Encoding: zip\r\n\r\nNEW WORDS", NULL, NULL},
    {"broken base64", "Content-Transfer-Encoding: base64\r\n\r\n!!!TkVX*IFdPUkRT===\r\n", NULL,
     NULL},
    {"broken quoted printable",
     "Content-Transfer-Encoding: quoted-printable\r\n\r\nNEW =ZZ "
     "WORDS =\r\n=4",
     "WORDS", NULL},
    {"a forward",
     "\r\nNEW WORDS\r\n\r\n---------- Forwarded message ---------\r\nSubject: "
     "FORWARDED\r\n\r\ninside",
     "inside", NULL},
    {"answers between", "\r\n> first\r\nANSWER ONE\r\n> second\r\nANSWER TWO\r\n", "ANSWER ONE",
     NULL},
    {"only a quotation", "\r\n> OLD\r\n> WORDS\r\n", "OLD", NULL},
    {"signature first", "\r\n-- \r\nNEW WORDS\r\n", "NEW WORDS", NULL},
    {"an attached mail",
     "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nNEW "
     "WORDS\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: "
     "inner\r\n\r\nINNER\r\n--b--\r\n",
     "NEW WORDS", "INNER"},
    {"winmail.dat",
     "Content-Type: application/ms-tnef; name=winmail.dat\r\n"
     "Content-Transfer-Encoding: base64\r\n\r\neJ8+IgAAAAA=\r\n",
     NULL, NULL},
    {"an invitation", "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n",
     NULL, NULL},
    {"yenc", "\r\n=ybegin line=128 size=4 name=a\r\n=yend size=4\r\n", NULL, NULL},
    {"uuencode", "\r\nNEW WORDS\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\n", "NEW WORDS", NULL},
};

static void make_shapes(struct maker *m)
{
    for (size_t i = 0; i < COUNT(SHAPES); i++) {
        struct str s = head(m->mem, "Shape");

        str_add(&s, SHAPES[i].rest);
        add(m, arena_printf(m->mem, "shape: %s", SHAPES[i].name), span_str(&s), SHAPES[i].has,
            SHAPES[i].hasnot, "Shape");
    }
}

/* --- heads --- */

static void make_heads(struct maker *m)
{
    static const char *const HEADS[] = {
        "",
        "\r\n",
        "\r\n\r\n",
        ":\r\n\r\nx",
        " : \r\n\r\nx",
        "From\r\n\r\nx",
        "From:\r\n\r\nx",
        "From: \r\nTo: \r\n\r\nx",
        "From: a\r\n\r\nx",
        "From: @\r\n\r\nx",
        "From: <>\r\n\r\nx",
        "From: <a@b\r\n\r\nx",
        "From: \"a@b\r\n\r\nx",
        "From: a@b, c@d\r\n\r\nx",
        "From: group: a@b, c@d;\r\n\r\nx",
        "From: =?utf-8?B?\?\?\?\?=\r\n\r\nx",
        "From: =?utf-8?Q?=FF=FE?= <a@b>\r\n\r\nx",
        "From: (comment (nested)) a@b\r\n\r\nx",
        "From: a@b\r\nFrom: c@d\r\n\r\nx",
        "from: a@b\r\nSUBJECT: x\r\n\r\nx",
        "From: a@[127.0.0.1]\r\n\r\nx",
        "From: \xe6\x89\x93@b.example\r\n\r\nx",
        "From: a@b\r\nSubject: =?gb2312?B?\r\n\r\nx",
        "From: a@b\r\nSubject: =?x?y?z?=\r\n\r\nx",
        "From: a@b\r\nSubject: =?utf-8?Q?a?= =?utf-8?Q?b?=\r\n\r\nx",
        "From: a@b\r\nSubject: =?utf-8?B?5omT?=\r\n =?utf-8?B?5Y2w?=\r\n\r\nx",
        "From: a@b\r\nSubject: \xb4\xf2\xd3\xa1\r\n\r\nx",
        "From: a@b\r\nSubject: folded\r\n over\r\n\tlines\r\n\r\nx",
        "From: a@b\r\nMessage-ID: none\r\n\r\nx",
        "From: a@b\r\nMessage-ID: <>\r\n\r\nx",
        "From: a@b\r\nMessage-ID: <a b>\r\n\r\nx",
        "From: a@b\r\nReferences: <<<>>>\r\n\r\nx",
        "From: a@b\r\nReferences: <a><b><c>\r\nIn-Reply-To: <d> (x)\r\n\r\nx",
        "From: a@b\r\nDate: yesterday\r\n\r\nx",
        "From: a@b\r\nContent-Length: -1\r\n\r\nx",
        "From: a@b\r\nAuto-Submitted: no\r\n\r\nx",
        "From: a@b\r\nAuto-Submitted: auto-replied\r\n\r\n",
        "From MAILER Mon Mar 2 09:00:00 2026\nFrom: a@b\n\nx",
        "\xef\xbb\xbf"
        "From: a@b\r\n\r\nx",
        "From: a@b\r\nno colon here\r\nSubject: x\r\n\r\nx",
        "From: a@b\r\n\x01\x02: x\r\n\r\nx",
        "not a mail at all",
        "\x89PNG\r\n\x1a\n",
        "PK\x03\x04",
        "<html><body>x</body></html>",
        "From: a@b\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
        "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--b--",
        "From: a@b\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: "
        "message/disposition-notification\r\n\r\nDisposition: x; displayed\r\n--b--",
        "From: MAILER-DAEMON@mx\r\n\r\nHi. Message-ID: <x@y>\r\nMessage-ID: <z@y>\r\n",
    };

    for (size_t i = 0; i < COUNT(HEADS); i++)
        add(m, arena_printf(m->mem, "head %zu", i), span_of(HEADS[i]), NULL, NULL, NULL);
}

/* --- large, deep, cut off --- */

static void make_bombs(struct maker *m)
{
    struct str deep = head(m->mem, "deep");
    struct str wide = head(m->mem, "wide");
    struct str line = head(m->mem, "line");
    struct str many = head(m->mem, "many");
    struct str mails = str_new(m->mem);

    for (unsigned i = 0; i < NESTED; i++)
        str_fmt(&deep, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
    str_add(&wide, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (unsigned i = 0; i < PARTS; i++)
        str_fmt(&wide, "--b\r\nContent-Type: application/x; name=f%u\r\n\r\nfile\r\n", i);
    str_add(&line, "X-Long: ");
    for (unsigned i = 0; i < HUGE_LINE; i++)
        str_char(&line, 'a');
    str_add(&line, "\r\n\r\nx");
    str_add(&many, "To: ");
    for (unsigned i = 0; i < NESTED; i++)
        str_fmt(&many, "p%u@many.example,\r\n ", i);
    str_add(&many, "z@many.example\r\n\r\nx");
    for (unsigned i = 0; i < PARTS; i++)
        str_add(&mails, "Content-Type: message/rfc822\r\n\r\n");
    add(m, "3000 nested parts", span_str(&deep), NULL, NULL, "deep");
    add(m, "500 files", span_str(&wide), NULL, NULL, "wide");
    add(m, "a line of 100000", span_str(&line), NULL, NULL, "line");
    add(m, "3000 recipients", span_str(&many), NULL, NULL, "many");
    add(m, "500 mails in one another", span_str(&mails), NULL, NULL, NULL);
}

static void make_cuts(struct maker *m)
{
    struct str whole = head(m->mem, "=?gb2312?B?tPLTobv6?=");
    size_t step;

    str_add(&whole,
            "Content-Type: multipart/mixed; boundary=\"x y\"\r\n\r\npreamble\r\n--x y\r\n"
            "Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n"
            "Content-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: base64\r\n"
            "\r\ntPLTobv6u7XBywo=\r\n--inner\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n"
            "--inner--\r\n--x y\r\nContent-Type: text/csv; name*=utf-8''%E6%89%93.csv\r\n"
            "Content-Disposition: attachment; filename*=utf-8''%E6%89%93.csv\r\n\r\n1,2\r\n"
            "--x y--\r\nepilogue\r\n");
    step = whole.len / 70;
    for (size_t at = step; at < whole.len; at += step) {
        char *bytes = arena_dup_bytes(m->mem, whole.p, whole.len);

        add(m, arena_printf(m->mem, "cut off at %zu", at), (struct span){whole.p, at}, NULL, NULL,
            NULL);
        bytes[at] = '\0';
        add(m, arena_printf(m->mem, "a NUL at %zu", at), (struct span){bytes, whole.len}, NULL,
            NULL, NULL);
    }
    add(m, "whole", span_str(&whole), "打印机坏了", NULL, "打印机");
}

size_t corpus_make(struct arena *mem, struct corpus_mail out[CORPUS_MAILS_MAX])
{
    struct maker m = {.mem = mem, .out = out};

    make_charsets(&m);
    make_quotes(&m);
    make_shapes(&m);
    make_heads(&m);
    make_bombs(&m);
    make_cuts(&m);
    return m.count;
}

/* --- mutation --- */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

struct span corpus_mutate(struct arena *mem, const struct corpus_mail *mails, size_t count,
                          uint64_t number)
{
    uint64_t state = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    const struct corpus_mail *mail = &mails[next(&state) % count];
    struct str s = str_new(mem);
    uint64_t changes = 1 + next(&state) % 8;

    str_add_n(&s, mail->bytes.p, mail->bytes.len);
    for (uint64_t i = 0; i < changes && s.len > 0; i++) {
        size_t at = (size_t)(next(&state) % s.len);
        size_t len = (size_t)(next(&state) % 40);

        len = at + len > s.len ? s.len - at : len;
        switch (next(&state) % 4) {
        case 0:
            s.p[at] = (char)next(&state);
            break;
        case 1:
            memmove(s.p + at, s.p + at + len, s.len - at - len);
            s.len -= len;
            break;
        case 2:
            str_add_n(&s, arena_dup_bytes(mem, s.p + at, len), len);
            break;
        case 3:
            for (size_t k = 0; k < len / 2; k++) {
                char c = s.p[at + k];

                s.p[at + k] = s.p[at + len - 1 - k];
                s.p[at + len - 1 - k] = c;
            }
            break;
        }
    }
    return span_str(&s);
}
