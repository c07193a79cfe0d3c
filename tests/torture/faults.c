/* What stands between a program and the C library, by LD_PRELOAD, and spoils what the program does to files.
 *
 * Every call that changes something below one folder is a step, and steps are numbered. At a chosen one the process is
 * killed, perhaps when half of what it writes is written, or the call fails with a chosen error, this one or all from
 * here on. What a sync makes last is copied beside: a file's content under the file's key (its inode and when that was
 * made), a folder's names with their keys. Of these tests/torture/power.py makes what a power cut would leave. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, CREATE = 2, RENAME = 4, REMOVE = 8, SYNC = 16 };
enum { COUNT = 0, KILL = 1, TEAR = 2, FAIL = 3, FAIL_FROM = 4 };

static char root[4096], durable[4096];
static size_t root_length;
static int kinds, action, number;
static long at;
static atomic_long steps, counted[32];
static int forgets_syncs, exchanges = 1;
static long clock_offset;

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int below(const char *path) {
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int named(int at_folder, const char *path, char *whole) {
    char link[64];
    ssize_t length = 0;
    if (!root_length || !path) return 0;
    if (path[0] != '/') {
        if (at_folder == AT_FDCWD) {
            if (!getcwd(whole, 4096)) return 0;
            length = (ssize_t)strlen(whole);
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", at_folder);
            if ((length = readlink(link, whole, 4095)) < 0) return 0;
        }
        whole[length++] = '/';
    }
    snprintf(whole + length, 4096 - (size_t)length, "%s", path);
    return below(whole);
}

static int opened(int descriptor) {
    char link[64], whole[4096];
    if (!root_length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, whole, sizeof whole - 1);
    if (length < 0) return 0;
    whole[length] = 0;
    return below(whole);
}

/* 0: go on; 1: fail, errno is set; 2: tear and die. */
static int step(int kind) {
    counted[kind]++;
    if (!(kind & kinds)) return 0;
    long now = ++steps;
    if (action == COUNT || now < at || (now > at && action != FAIL_FROM)) return 0;
    if (action == KILL || (action == TEAR && kind != WRITE)) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    if (action == TEAR) return 2;
    errno = number;
    return 1;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* What lasts */

static int key_of(int at_folder, const char *path, int flags, char *key) {
    struct statx found;
    if (statx(at_folder, path, flags, STATX_INO | STATX_BTIME | STATX_TYPE, &found)) return -1;
    snprintf(key, 96, "%llu-%lld-%u", (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec,
             found.stx_btime.tv_nsec);
    return (found.stx_mode & S_IFMT) == S_IFDIR;
}

static ssize_t real_write(int descriptor, const void *content, size_t size) {
    REAL(write);
    return real(descriptor, content, size);
}

static int real_open(const char *path, int flags, mode_t mode) {
    static int (*real)(const char *, int, ...);
    if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    return real(path, flags, mode);
}

static void keep(const char *path) {
    char key[96], target[4300], aside[4310], content[65536];
    int folder = key_of(AT_FDCWD, path, 0, key);
    if (folder < 0) return;
    snprintf(target, sizeof target, "%s/%s", durable, key);
    snprintf(aside, sizeof aside, "%s~", target);
    int out = real_open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) return;
    if (folder) {
        DIR *list = opendir(path);
        for (struct dirent *entry; list && (entry = readdir(list));) {
            if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
            int kind = key_of(dirfd(list), entry->d_name, AT_SYMLINK_NOFOLLOW, key);
            if (kind < 0) continue;
            int length = snprintf(content, sizeof content, "%s %c %s\n", key, kind ? 'd' : 'f', entry->d_name);
            real_write(out, content, (size_t)length);
        }
        if (list) closedir(list);
    } else {
        int in = real_open(path, O_RDONLY | O_CLOEXEC, 0);
        for (ssize_t size; in >= 0 && (size = read(in, content, sizeof content)) > 0;)
            real_write(out, content, (size_t)size);
        if (in >= 0) close(in);
    }
    close(out);
    static int (*really)(const char *, const char *);
    if (!really) really = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    really(aside, target);
}

static int keep_each(const char *path, const struct stat *found, int kind, struct FTW *where) {
    (void)found, (void)kind, (void)where;
    keep(path);
    return 0;
}

static int synced(int descriptor, int result) {
    char link[64], whole[4096];
    if (result || !durable[0] || forgets_syncs || !opened(descriptor)) return result;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, whole, sizeof whole - 1);
    if (length > 0) {
        whole[length] = 0;
        keep(whole);
    }
    return result;
}

/* What Python calls */

void faults_arm(const char *folder, const char *beside, int which, int what, long when, int error) {
    root_length = 0;
    snprintf(root, sizeof root, "%s", folder);
    snprintf(durable, sizeof durable, "%s", beside);
    kinds = which, action = what, at = when, number = error, steps = 0;
    for (int kind = 0; kind < 32; kind++) counted[kind] = 0;
    root_length = strlen(root);
}

void faults_disarm(void) { root_length = 0; }
long faults_steps(int kind) { return counted[kind]; }
void faults_forget_syncs(int forget) { forgets_syncs = forget; }
void faults_exchange(int can) { exchanges = can; }
void faults_clock(long seconds) { clock_offset = seconds; }

void faults_keep_all(const char *folder, const char *beside) {
    snprintf(durable, sizeof durable, "%s", beside);
    nftw(folder, keep_each, 32, FTW_PHYS);
}

int faults_key(const char *path, char *key) { return key_of(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, key); }

/* What is stood in for */

#define DESCRIPTOR_WRITES(result, name, declared, given, torn)                                                         \
    result name declared {                                                                                             \
        REAL(name);                                                                                                    \
        if (!opened(descriptor)) return real given;                                                                    \
        switch (step(WRITE)) {                                                                                         \
        case 1: return -1;                                                                                             \
        case 2: torn; die();                                                                                           \
        }                                                                                                              \
        return real given;                                                                                             \
    }

DESCRIPTOR_WRITES(ssize_t, write, (int descriptor, const void *content, size_t size), (descriptor, content, size),
                  real(descriptor, content, size / 2))
DESCRIPTOR_WRITES(ssize_t, pwrite, (int descriptor, const void *content, size_t size, off_t offset),
                  (descriptor, content, size, offset), real(descriptor, content, size / 2, offset))
DESCRIPTOR_WRITES(ssize_t, pwrite64, (int descriptor, const void *content, size_t size, off64_t offset),
                  (descriptor, content, size, offset), real(descriptor, content, size / 2, offset))
DESCRIPTOR_WRITES(ssize_t, writev, (int descriptor, const struct iovec *parts, int count), (descriptor, parts, count),
                  real(descriptor, parts, count / 2))
DESCRIPTOR_WRITES(int, ftruncate, (int descriptor, off_t size), (descriptor, size), (void)0)
DESCRIPTOR_WRITES(int, ftruncate64, (int descriptor, off64_t size), (descriptor, size), (void)0)
DESCRIPTOR_WRITES(ssize_t, sendfile, (int descriptor, int in, off_t *offset, size_t size),
                  (descriptor, in, offset, size), real(descriptor, in, offset, size / 2))
DESCRIPTOR_WRITES(ssize_t, sendfile64, (int descriptor, int in, off64_t *offset, size_t size),
                  (descriptor, in, offset, size), real(descriptor, in, offset, size / 2))

int posix_fallocate(int descriptor, off_t offset, off_t size) {
    REAL(posix_fallocate);
    if (opened(descriptor) && step(WRITE)) return errno;
    return real(descriptor, offset, size);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t size) {
    REAL(posix_fallocate64);
    if (opened(descriptor) && step(WRITE)) return errno;
    return real(descriptor, offset, size);
}

size_t fwrite(const void *content, size_t size, size_t count, FILE *file) {
    REAL(fwrite);
    if (root_length && opened(fileno(file))) switch (step(WRITE)) {
        case 1: return 0;
        case 2: real(content, size, count / 2, file); fflush(file); die();
        }
    return real(content, size, count, file);
}

static int creates(const char *path, int flags) {
    return (flags & O_TRUNC) || ((flags & O_CREAT) && access(path, F_OK));
}

#define OPENS(name, declared, folder, given)                                                                           \
    int name declared {                                                                                                \
        REAL(name);                                                                                                    \
        mode_t mode = 0;                                                                                               \
        char whole[4096];                                                                                              \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                                           \
            va_list rest;                                                                                              \
            va_start(rest, flags);                                                                                     \
            mode = va_arg(rest, mode_t);                                                                               \
            va_end(rest);                                                                                              \
        }                                                                                                              \
        if (named(folder, path, whole) && creates(whole, flags) && step(CREATE)) return -1;                            \
        return real given;                                                                                             \
    }

OPENS(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENS(openat, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
OPENS(openat64, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))

#define OPENS_STREAM(name)                                                                                             \
    FILE *name(const char *path, const char *mode) {                                                                   \
        REAL(name);                                                                                                    \
        char whole[4096];                                                                                              \
        if (mode[0] != 'r' && named(AT_FDCWD, path, whole) && step(CREATE)) return NULL;                               \
        return real(path, mode);                                                                                       \
    }

OPENS_STREAM(fopen)
OPENS_STREAM(fopen64)

#define CHANGES(name, kind, declared, folder, path, given)                                                             \
    int name declared {                                                                                                \
        REAL(name);                                                                                                    \
        char whole[4096];                                                                                              \
        if (named(folder, path, whole) && step(kind)) return -1;                                                       \
        return real given;                                                                                             \
    }

CHANGES(mkdir, CREATE, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
CHANGES(mkdirat, CREATE, (int folder, const char *path, mode_t mode), folder, path, (folder, path, mode))
CHANGES(unlink, REMOVE, (const char *path), AT_FDCWD, path, (path))
CHANGES(unlinkat, REMOVE, (int folder, const char *path, int flags), folder, path, (folder, path, flags))
CHANGES(rmdir, REMOVE, (const char *path), AT_FDCWD, path, (path))
CHANGES(rename, RENAME, (const char *path, const char *target), AT_FDCWD, path, (path, target))
CHANGES(renameat, RENAME, (int folder, const char *path, int other, const char *target), folder, path,
        (folder, path, other, target))

int renameat2(int folder, const char *path, int other, const char *target, unsigned flags) {
    REAL(renameat2);
    char whole[4096];
    if (named(folder, path, whole)) {
        if (flags && !exchanges) {
            errno = EINVAL;
            return -1;
        }
        if (step(RENAME)) return -1;
    }
    return real(folder, path, other, target, flags);
}

int fsync(int descriptor) {
    REAL(fsync);
    if (opened(descriptor) && step(SYNC)) return -1;
    return synced(descriptor, opened(descriptor) && durable[0] ? 0 : real(descriptor)); /* once is enough */
}

int fdatasync(int descriptor) {
    REAL(fdatasync);
    if (opened(descriptor) && step(SYNC)) return -1;
    return synced(descriptor, opened(descriptor) && durable[0] ? 0 : real(descriptor)); /* once is enough */
}

int clock_gettime(clockid_t which, struct timespec *now) {
    REAL(clock_gettime);
    int result = real(which, now);
    if (!result && clock_offset && which == CLOCK_REALTIME) now->tv_sec += clock_offset;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    REAL(gettimeofday);
    int result = real(now, zone);
    if (!result && clock_offset) now->tv_sec += clock_offset;
    return result;
}

time_t time(time_t *now) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (now) *now = found.tv_sec;
    return found.tv_sec;
}
