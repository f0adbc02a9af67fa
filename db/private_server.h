/* The private MariaDB: made, started, watched and stopped by the program; a socket in var/, no
 * network. */
#pragma once

#include "db/db.h"

struct private_server; /* Threads: any. */

/* Makes the data folder under var_dir if it is new, adopts or ends a mariadbd that a killed program
 * left there, starts mariadbd, waits until it answers, and creates the application's database.
 * Works as root (mariadbd then runs as an ordinary user) and as an ordinary user, and for paths too
 * long for a socket name. Fails with a sentence that says what to do: not installed, folder not
 * writable, in use by another running program, did not start (with the last lines of its log). */
bool private_server_start(struct err *err, const char *var_dir,
                          struct private_server **out) MUST_CHECK;
/* Joins the private server of a program that is running in that folder, for a console command:
 * nothing is started, and private_server_stop then only frees. False (err is left clear) when none
 * is running. */
bool private_server_attach(struct err *err, const char *var_dir,
                           struct private_server **out) MUST_CHECK;
/* How to connect; borrowed until private_server_stop. */
const struct db_target *private_server_target(const struct private_server *server);
/* Restarts it when it died; call each second. */
void private_server_watch(struct private_server *server);
/* Stops it cleanly and frees it. */
void private_server_stop(struct private_server *server);
