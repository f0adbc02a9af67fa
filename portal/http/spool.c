#include "portal/http/spool.h"

#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct spool {
    int fd;
    size_t len;
    void *map; /* NULL: not mapped */
};

static void spool_end(void *what)
{
    struct spool *s = what;

    if (s->map != NULL)
        munmap(s->map, s->len);
    close(s->fd);
}

static bool failed(struct err *err, const char *what)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

    return err_set(err, is_full ? &ERR_STORE_FULL : &ERR_INTERNAL, "spool: %s: %s", what,
                   strerror(errno));
}

bool spool_make(struct err *err, struct arena *mem, const char *dir, struct spool **out)
{
    const char *path = arena_printf(mem, "%s/.%s", dir, crypto_token(mem, 16));
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct spool *s;

    if (fd < 0)
        return failed(err, "open");
    unlink(path);
    s = arena_new(mem, struct spool);
    s->fd = fd;
    arena_defer(mem, spool_end, s);
    *out = s;
    return true;
}

int spool_fd(const struct spool *s)
{
    return s->fd;
}

bool spool_add(struct err *err, struct spool *s, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(s->fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed(err, "write");
        bytes += n;
        len -= (size_t)n;
        s->len += (size_t)n;
    }
    return true;
}

bool spool_map(struct err *err, struct spool *s, struct span *out)
{
    void *map;

    if (s->len == 0) {
        *out = (struct span){"", 0};
        return true;
    }
    map = mmap(NULL, s->len, PROT_READ, MAP_PRIVATE, s->fd, 0);
    if (map == MAP_FAILED)
        return failed(err, "mmap");
    s->map = map;
    *out = (struct span){map, s->len};
    return true;
}
