/* From an announcement to everybody it is for. */
#pragma once

#include "db/db.h"

/* Tells the next limit people of an announcement that has begun; *told is how many, 0 when nothing
 * is left to tell. Each batch is a transaction of its own: nobody is told twice. For the jobs role;
 * one tenant. */
bool notice_news_tell(struct ctx *cx, unsigned limit, unsigned *told) MUST_CHECK;
