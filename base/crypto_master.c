/* The installation's master key: its file, the values sealed under it, the keys derived from it. */
#include "base/crypto.h"

#include <sodium.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A sealed value: one byte for the form, the nonce, then cipher text and tag. */
enum {
    SEAL_FORM = 1,
    SEAL_NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SEAL_TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SEAL_HEAD = 1 + SEAL_NONCE,
    MASTER_PATH_MAX = 4096
};
_Static_assert((int)CRYPTO_HASH_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
               "a derived key fits the cipher");

struct crypto_master { /* in guarded, locked memory, read-only once made */
    uint8_t key[CRYPTO_MASTER_SIZE];
    uint8_t seal_key[CRYPTO_HASH_SIZE]; /* derived: the key itself only ever derives */
};

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Makes the file's name durable, too. */
static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    char folder[MASTER_PATH_MAX];
    bool ok;
    int fd;

    if (len >= sizeof folder)
        return false;
    memcpy(folder, len > 0 ? path : ".", len > 0 ? len : 1);
    folder[len > 0 ? len : 1] = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

static bool master_write_new(const char *path)
{
    uint8_t key[CRYPTO_MASTER_SIZE];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool ok;

    if (fd < 0)
        return false;
    crypto_random(key, sizeof key);
    ok = write_all(fd, key, sizeof key) && fsync(fd) == 0;
    crypto_wipe(key, sizeof key);
    return close(fd) == 0 && ok;
}

/* The key is written under another name and linked into place whole: of two starts at once one
 * makes the key and the other reads it, and a crash leaves no half key behind. */
static bool master_create(struct err *err, const char *path)
{
    char fresh[MASTER_PATH_MAX];
    struct arena *mem = arena_make(1);
    const char *name = arena_printf(mem, "%s.%s", path, crypto_token(mem, 8));
    bool ok = strlen(name) < sizeof fresh;

    if (ok)
        memcpy(fresh, name, strlen(name) + 1);
    arena_free(mem);
    if (!ok)
        return err_set(err, &ERR_INTERNAL, "master key: the path is too long");
    ok = master_write_new(fresh) && (link(fresh, path) == 0 || errno == EEXIST);
    if (!ok)
        err_set(err, &ERR_INTERNAL, "master key %s: cannot be created: %s", path, strerror(errno));
    unlink(fresh);
    if (ok && !sync_folder_of(path))
        return err_set(err, &ERR_INTERNAL, "master key %s: fsync: %s", path, strerror(errno));
    return ok;
}

static bool master_read(struct err *err, const char *path, int fd, uint8_t key[CRYPTO_MASTER_SIZE])
{
    struct stat about;
    uint8_t bytes[CRYPTO_MASTER_SIZE + 1];
    ssize_t len;

    if (fstat(fd, &about) != 0)
        return err_set(err, &ERR_INTERNAL, "master key %s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return err_set(err, &ERR_INTERNAL, "master key %s: not a file", path);
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return err_set(err, &ERR_INTERNAL,
                       "master key %s: open to other users (mode %o), make it 0600", path,
                       (unsigned)(about.st_mode & 07777));
    len = read(fd, bytes, sizeof bytes);
    if (len == CRYPTO_MASTER_SIZE)
        memcpy(key, bytes, CRYPTO_MASTER_SIZE);
    crypto_wipe(bytes, sizeof bytes);
    if (len < 0)
        return err_set(err, &ERR_INTERNAL, "master key %s: %s", path, strerror(errno));
    return len == CRYPTO_MASTER_SIZE ||
           err_set(err, &ERR_INTERNAL, "master key %s: must be %d bytes", path,
                   (int)CRYPTO_MASTER_SIZE);
}

bool crypto_master_open(struct err *err, const char *path, bool may_create,
                        struct crypto_master **out)
{
    struct crypto_master *master;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0 && errno == ENOENT && may_create) {
        if (!master_create(err, path))
            return false;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return err_set(err, &ERR_INTERNAL, "master key %s: %s", path, strerror(errno));
    master = sodium_malloc(sizeof *master);
    if (master == NULL)
        abort();
    ok = master_read(err, path, fd, master->key);
    close(fd);
    if (!ok) {
        crypto_master_free(master);
        return false;
    }
    crypto_master_derive(master, "seal", master->seal_key);
    sodium_mprotect_readonly(master);
    *out = master;
    return true;
}

bool crypto_master_sync(struct err *err, const char *path)
{
    return sync_folder_of(path) ||
           err_set(err, &ERR_INTERNAL, "master key %s: fsync: %s", path, strerror(errno));
}

void crypto_master_free(struct crypto_master *master)
{
    sodium_free(master); /* wipes */
}

void crypto_master_derive(const struct crypto_master *master, const char *purpose,
                          uint8_t out[CRYPTO_HASH_SIZE])
{
    crypto_mac(master->key, sizeof master->key, purpose, strlen(purpose), out);
}

void crypto_seal(const struct crypto_master *master, struct arena *mem, const char *context,
                 const void *secret, size_t len, uint8_t **out, size_t *out_len)
{
    uint8_t *sealed = arena_alloc(mem, SEAL_HEAD + len + SEAL_TAG);

    sealed[0] = SEAL_FORM;
    crypto_random(sealed + 1, SEAL_NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + SEAL_HEAD, NULL, secret, len,
                                               (const unsigned char *)context, strlen(context),
                                               NULL, sealed + 1, master->seal_key);
    *out = sealed;
    *out_len = SEAL_HEAD + len + SEAL_TAG;
}

bool crypto_open(const struct crypto_master *master, struct arena *mem, const char *context,
                 const uint8_t *sealed, size_t sealed_len, uint8_t **out, size_t *len)
{
    uint8_t *secret;

    if (sealed_len < SEAL_HEAD + SEAL_TAG || sealed[0] != SEAL_FORM)
        return false;
    /* One byte more than needed: a secret that is text is terminated then. */
    secret = arena_alloc(mem, sealed_len - SEAL_HEAD - SEAL_TAG + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            secret, NULL, NULL, sealed + SEAL_HEAD, sealed_len - SEAL_HEAD,
            (const unsigned char *)context, strlen(context), sealed + 1, master->seal_key) != 0)
        return false;
    *out = secret;
    *len = sealed_len - SEAL_HEAD - SEAL_TAG;
    return true;
}
