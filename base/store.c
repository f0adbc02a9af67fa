#include "base/store.h"

#include "base/clock.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH_DIGITS = 2 * CRYPTO_HASH_SIZE };

const struct err_kind ERR_STORE_FULL = {
    ERR_CLASS_BUSY, "STORAGE_FULL",
    "There is no room left to keep this file. Please tell the support team."};

static const char *folder_of(struct arena *mem, const char *dir, const char *hash)
{
    return arena_printf(mem, "%s/%.2s", dir, hash);
}

static const char *path_of(struct arena *mem, const char *dir, const char *hash)
{
    return arena_printf(mem, "%s/%.2s/%s", dir, hash, hash);
}

static bool is_hash(const char *text)
{
    return strspn(text, "0123456789abcdef") == HASH_DIGITS && text[HASH_DIGITS] == '\0';
}

/* --- writing --- */

/* Sets the error by errno. */
static bool failed(struct err *err, const char *what, const char *path)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

    return err_set(err, is_full ? &ERR_STORE_FULL : &ERR_INTERNAL, "%s %s: %s", what, path,
                   strerror(errno));
}

static bool make_folder(struct err *err, const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST || failed(err, "mkdir", path);
}

static bool write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.p += n;
        bytes.len -= (size_t)n;
    }
    return fsync(fd) == 0;
}

/* The name of a new file is durable only when its folder is. */
static bool sync_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return false;
    ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

static bool write_file(struct err *err, struct arena *mem, const char *folder, const char *path,
                       struct span bytes)
{
    const char *fresh = arena_printf(mem, "%s/.%s", folder, crypto_token(mem, 16));
    const int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (fd < 0)
        return failed(err, "open", fresh);
    written = write_all(fd, bytes);
    if (!written)
        failed(err, "write", fresh);
    if (close(fd) != 0 && written)
        written = failed(err, "close", fresh);
    if (written && rename(fresh, path) == 0 && sync_folder(folder))
        return true;
    failed(err, "keep", path); /* keeps the first cause */
    unlink(fresh);
    return false;
}

void store_hash(struct arena *mem, struct span bytes, struct store_content *out)
{
    struct crypto_digest *d = crypto_digest_make(mem);

    crypto_digest_add(d, bytes.p, bytes.len);
    crypto_digest_end(d, out->sha256, out->sha512);
    out->hash = crypto_hex(mem, out->sha256, sizeof out->sha256);
    out->bytes = (int64_t)bytes.len;
}

bool store_put(struct err *err, struct arena *mem, const char *dir, struct span bytes,
               const struct store_content *content)
{
    const char *folder = folder_of(mem, dir, content->hash);
    const char *path = path_of(mem, dir, content->hash);
    struct stat old;

    if (utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) == 0 && stat(path, &old) == 0 &&
        old.st_size == content->bytes)
        return true;
    return make_folder(err, dir) && make_folder(err, folder) &&
           write_file(err, mem, folder, path, bytes);
}

bool store_touch(struct err *err, struct arena *mem, const char *dir, const char *hash)
{
    return (is_hash(hash) &&
            utimensat(AT_FDCWD, path_of(mem, dir, hash), NULL, AT_SYMLINK_NOFOLLOW) == 0) ||
           err_set(err, &ERR_NOT_FOUND, "touch %s/%s", dir, hash);
}

/* --- reading --- */

bool store_open(struct err *err, struct arena *mem, const char *dir, const char *hash, int *fd,
                int64_t *bytes)
{
    struct stat st;
    int opened;

    if (!is_hash(hash))
        return err_set(err, &ERR_NOT_FOUND, "no hash: %s", hash);
    opened = open(path_of(mem, dir, hash), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0)
        return err_set(err, errno == ENOENT ? &ERR_NOT_FOUND : &ERR_INTERNAL, "open %s/%s: %s", dir,
                       hash, strerror(errno));
    if (fstat(opened, &st) != 0) {
        close(opened);
        return err_set(err, &ERR_INTERNAL, "stat %s/%s: %s", dir, hash, strerror(errno));
    }
    *fd = opened;
    *bytes = (int64_t)st.st_size;
    return true;
}

/* --- sweeping --- */

static bool is_old(const char *path, int64_t before_us)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           (int64_t)st.st_mtime < before_us / CLOCK_SECOND;
}

/* Put aside first: who puts the same content after that writes it anew, and who touched it before
 * is seen by the second look, and gets it back. */
static void remove_unless_touched(struct arena *mem, const char *folder, const char *path,
                                  int64_t before_us, unsigned *removed)
{
    const char *aside = arena_printf(mem, "%s/.%s", folder, crypto_token(mem, 16));

    if (rename(path, aside) != 0)
        return;
    if (is_old(aside, before_us))
        *removed += unlink(aside) == 0;
    else if (rename(aside, path) != 0)
        log_warn("-", "a stored file stays aside as %s: %s", aside, strerror(errno));
}

static bool sweep_entry(struct arena *mem, const struct store_sweep *what, const char *folder,
                        const char *name, unsigned *removed)
{
    const char *path = arena_printf(mem, "%s/%s", folder, name);
    bool is_used = true;

    if (!is_old(path, what->before_us))
        return true;
    if (name[0] == '.') { /* of a writer that was killed */
        *removed += unlink(path) == 0;
        return true;
    }
    if (!is_hash(name))
        return true; /* nothing of ours */
    if (!what->is_used(what->arg, name, &is_used))
        return false;
    if (!is_used)
        remove_unless_touched(mem, folder, path, what->before_us, removed);
    return true;
}

bool store_sweep(struct err *err, struct arena *mem, const struct store_sweep *what,
                 unsigned *removed)
{
    const char *folder = arena_printf(mem, "%s/%02x", what->dir, what->folder % STORE_FOLDERS);
    DIR *list = opendir(folder);
    const struct dirent *entry;
    bool ok = true;

    *removed = 0;
    if (list == NULL)
        return errno == ENOENT || failed(err, "opendir", folder);
    while (ok && (entry = readdir(list)) != NULL)
        ok = sweep_entry(mem, what, folder, entry->d_name, removed);
    closedir(list);
    return ok;
}
