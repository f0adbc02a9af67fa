#include "base/money.h"

#include <string.h>

enum { BASIS_POINTS = 10000, MONEY_GROUP = 3 };

static bool money_with(struct money a, int64_t minor, struct money *out)
{
    a.minor = minor;
    *out = a;
    return true;
}

bool money_add(struct money a, struct money b, struct money *out)
{
    int64_t sum;

    if (strcmp(a.currency, b.currency) != 0 || !ADD_FITS(a.minor, b.minor, &sum))
        return false;
    return money_with(a, sum, out);
}

bool money_multiply(struct money a, int64_t quantity, struct money *out)
{
    int64_t product;

    return MUL_FITS(a.minor, quantity, &product) && money_with(a, product, out);
}

/* Whole and rest are multiplied apart, since the product itself may not fit where the part does. */
bool money_share(struct money a, int64_t basis_points, struct money *out)
{
    int64_t whole;
    int64_t rest;
    int64_t part;

    if (!MUL_FITS(a.minor / BASIS_POINTS, basis_points, &whole) ||
        !MUL_FITS(a.minor % BASIS_POINTS, basis_points, &rest))
        return false;
    part = rest / BASIS_POINTS;
    rest %= BASIS_POINTS;
    if (rest >= BASIS_POINTS / 2)
        part++;
    else if (rest <= -(BASIS_POINTS / 2))
        part--;
    return ADD_FITS(whole, part, &whole) && money_with(a, whole, out);
}

int money_decimals(const char currency[4])
{
    /* ISO 4217; all others have two. */
    static const char NONE[][4] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                   "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
    static const char THREE[][4] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

    for (size_t i = 0; i < COUNT(NONE); i++) {
        if (strcmp(currency, NONE[i]) == 0)
            return 0;
    }
    for (size_t i = 0; i < COUNT(THREE); i++) {
        if (strcmp(currency, THREE[i]) == 0)
            return 3;
    }
    return 2;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Amounts are built below zero, where the range is larger by one. */
static bool push_digit(int64_t *minor, char c)
{
    return MUL_FITS(*minor, 10, minor) && SUB_FITS(*minor, c - '0', minor);
}

/* "1234" or "1,234": once there is a comma, it must stand before each group of three. */
static bool parse_whole(const char **at, int64_t *minor)
{
    int digits = 0;
    bool grouped = false;

    for (; is_digit(**at) || **at == ','; (*at)++) {
        if (**at == ',') {
            if (digits == 0 || digits > MONEY_GROUP || (grouped && digits != MONEY_GROUP))
                return false;
            grouped = true;
            digits = 0;
            continue;
        }
        digits++;
        if (!push_digit(minor, **at))
            return false;
    }
    return grouped ? digits == MONEY_GROUP : digits > 0;
}

static bool parse_decimals(const char **at, int decimals, int64_t *minor)
{
    int given = 0;

    if (**at == '.') {
        (*at)++;
        for (; is_digit(**at); (*at)++, given++) {
            if (given == decimals || !push_digit(minor, **at))
                return false;
        }
        if (given == 0)
            return false;
    }
    for (; given < decimals; given++) {
        if (!push_digit(minor, '0'))
            return false;
    }
    return true;
}

static bool is_currency(const char currency[4])
{
    for (int i = 0; i < 3; i++) {
        if (currency[i] < 'A' || currency[i] > 'Z')
            return false;
    }
    return currency[3] == '\0';
}

bool money_parse(const char *text, const char currency[4], struct money *out)
{
    struct money m = {0};
    bool negative = *text == '-';

    text += negative;
    if (!is_currency(currency) || !parse_whole(&text, &m.minor) ||
        !parse_decimals(&text, money_decimals(currency), &m.minor) || *text != '\0')
        return false;
    if (!negative && !SUB_FITS((int64_t)0, m.minor, &m.minor))
        return false;
    memcpy(m.currency, currency, sizeof m.currency);
    *out = m;
    return true;
}

const char *money_text(struct arena *mem, struct money a)
{
    int decimals = money_decimals(a.currency);
    char digits[40]; /* 19 digits, 6 commas, sign and point, from the right */
    size_t at = sizeof digits;
    uint64_t rest = a.minor < 0 ? 0 - (uint64_t)a.minor : (uint64_t)a.minor;

    for (int i = 0; i <= decimals || rest > 0; i++) {
        int whole = i - decimals; /* digits of the whole part so far */

        if (whole == 0 && decimals > 0)
            digits[--at] = '.';
        if (whole > 0 && whole % MONEY_GROUP == 0)
            digits[--at] = ',';
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    return arena_printf(mem, "%s %s%.*s", a.currency, a.minor < 0 ? "-" : "",
                        (int)(sizeof digits - at), digits + at);
}
