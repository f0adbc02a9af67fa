/* Languages: English literals are the keys into www/lang/<code>/ catalogues. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct lang;     /* Threads: any. */
struct lang_set; /* Threads: any; one at a time reloads. */

/* Marks a literal for translation where it is not passed to lang_text at once; a lint reads it. */
#define T(english) (english)

/* English, and one language for each folder below www_dir/lang, its *.json files merged: objects of
 * "English": "translation". Fails on broken JSON and on a key with two translations. */
bool lang_load(struct err *err, const char *www_dir, struct lang_set **out) MUST_CHECK;
/* Reads the catalogues again: texts asked for from now on are the new ones, those in use stay.
 * Languages that were not there before are not added. On failure nothing changes. */
bool lang_reload(struct err *err, struct lang_set *set, const char *www_dir) MUST_CHECK;
void lang_free(struct lang_set *set);

/* By code ("zh", "zh-CN", "en"): the best match, English if none or code is NULL. */
const struct lang *lang_find(const struct lang_set *set, const char *code);
/* The heaviest language of an Accept-Language value (NULL: none came) that is here, else NULL. */
const struct lang *lang_accept(const struct lang_set *set, const char *accept_language);
/* offered: codes with commas; "" or NULL: every one. */
bool lang_is_offered(const struct lang *lang, const char *offered);
const char *lang_code(const struct lang *lang);     /* "en", "zh" */
const char *lang_html(const struct lang *lang);     /* "en", "zh-CN": the page's lang attribute */
const char *lang_own_name(const struct lang *lang); /* "English", "简体中文" */
size_t lang_count(const struct lang_set *set);
const struct lang *lang_at(const struct lang_set *set, size_t index);

/* The translation, or the English text itself where the catalogue has none. Borrowed: static. */
const char *lang_text(const struct lang *lang, const char *english);
/* The same with each {} filled by the next of count texts; in mem. */
const char *lang_fill(struct arena *mem, const struct lang *lang, const char *english,
                      const char *const *args, size_t count);
#define lang_fill1(mem, lang, english, a) \
    lang_fill((mem), (lang), (english), (const char *const[]){(a)}, 1)
