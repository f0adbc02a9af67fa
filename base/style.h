/* The styles in which dates and figures may be written; portal/http/format.h writes them. */
#pragma once

/* How a tenant writes dates: in words as the language does, or in figures. */
enum style_dates {
    STYLE_WORDS,
    STYLE_ISO, /* 2026-11-18 */
    STYLE_DMY, /* 18/11/2026 */
    STYLE_MDY, /* 11/18/2026 */
    STYLE_DOT, /* 18.11.2026 */
    STYLE_DATES_COUNT
};
enum style_numbers {
    STYLE_COMMA, /* 1,234.50 */
    STYLE_POINT, /* 1.234,50 */
    STYLE_SPACE, /* 1 234,50 */
    STYLE_NUMBERS_COUNT
};
/* "words" "iso" "dmy" "mdy" "dot"; "comma" "dot" "space"; ended by NULL. */
extern const char *const STYLE_DATES_NAMES[], *const STYLE_NUMBERS_NAMES[];
/* The first of all for a name that is none. */
enum style_dates style_dates_parse(const char *name);
enum style_numbers style_numbers_parse(const char *name);
