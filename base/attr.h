/* The few compiler extensions that the code may use, each behind a name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN          __attribute__((noreturn))
#define UNUSED            __attribute__((unused))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Each is true when the exact result fits *out; false leaves *out unspecified. */
#define ADD_FITS(a, b, out) (!__builtin_add_overflow((a), (b), (out)))
#define SUB_FITS(a, b, out) (!__builtin_sub_overflow((a), (b), (out)))
#define MUL_FITS(a, b, out) (!__builtin_mul_overflow((a), (b), (out)))
