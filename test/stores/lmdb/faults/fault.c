/* Preloaded into a process: lets one call on one path fail, when a file that says so is there.
 *
 * FAULT_OPERATION: meta (writes of the first two pages), data (other writes, of which only a part is written),
 * sync or folder (flushing a folder).
 * FAULT_PATH: the end of the path. FAULT_ERRNO: the error. FAULT_FILE: the file; whoever removes it fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define META_PAGES_BYTES 8192
#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

static int is_path(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  const char *end = getenv("FAULT_PATH");
  ssize_t end_length = end ? (ssize_t)strlen(end) : 0;
  return end_length > 0 && length >= end_length && memcmp(path + length - end_length, end, end_length) == 0;
}

static int fails(const char *operation, int fd) {
  int saved = errno;
  const char *wanted = getenv("FAULT_OPERATION");
  if (wanted && strcmp(operation, wanted) == 0 && is_path(fd) && unlink(getenv("FAULT_FILE")) == 0) {
    errno = atoi(getenv("FAULT_ERRNO"));
    return 1;
  }
  errno = saved;
  return 0;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  if (offset < META_PAGES_BYTES && fails("meta", fd)) return -1;
  if (offset >= META_PAGES_BYTES && fails("data", fd)) count /= 2;
  return NEXT(ssize_t (*)(int, const void *, size_t, off_t), "pwrite")(fd, bytes, count, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) __attribute__((alias("pwrite")));

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return NEXT(ssize_t (*)(int, const struct iovec *, int), "writev")(fd, parts, fails("data", fd) ? 1 : count);
}

int fdatasync(int fd) {
  if (fails("sync", fd)) return -1;
  return NEXT(int (*)(int), "fdatasync")(fd);
}

int fsync(int fd) {
  if (fails("folder", fd)) return -1;
  return NEXT(int (*)(int), "fsync")(fd);
}
