// Preloaded into a server, makes a disk out of a folder that does not write, or takes its time.
// The file that AIRCHECK_FAULTY_DISK names is read at each call: lines of "write|sync MILLISECONDS ERRNO FOLDER".
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int read_rules(char *rules, size_t size) {
  const char *control = getenv("AIRCHECK_FAULTY_DISK");
  if (control == NULL) return 0;
  int file = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return 0;
  long length = syscall(SYS_read, file, rules, size - 1);
  syscall(SYS_close, file);
  rules[length > 0 ? length : 0] = '\0';
  return length > 0;
}

static void sleep_ms(long duration_ms) {
  struct timespec duration = {duration_ms / 1000, duration_ms % 1000 * 1000000};
  nanosleep(&duration, NULL);
}

/** Waits as long as the rules say. Returns 1, with errno set, where they say that the call fails. */
static int fails(const char *call, int fd) {
  int before = errno;
  char rules[4096];
  if (!read_rules(rules, sizeof rules)) return errno = before, 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return errno = before, 0;
  path[length] = '\0';
  char *rest = NULL;
  for (char *line = strtok_r(rules, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    char name[16], folder[PATH_MAX];
    long duration_ms;
    int code;
    if (sscanf(line, "%15s %ld %d %4095s", name, &duration_ms, &code, folder) != 4) continue;
    if (strcmp(name, call) != 0 || strncmp(path, folder, strlen(folder)) != 0) continue;
    if (duration_ms > 0) sleep_ms(duration_ms);
    if (code != 0) return errno = code, 1;
  }
  return errno = before, 0;
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return fails("write", fd) ? -1 : real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  return fails("write", fd) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  return fails("write", fd) ? -1 : real(fd, bytes, count, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return fails("write", fd) ? -1 : real(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
  return fails("write", fd) ? -1 : real(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  REAL(ssize_t, "pwritev64", int, const struct iovec *, int, off64_t);
  return fails("write", fd) ? -1 : real(fd, parts, count, at);
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  return fails("sync", fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  return fails("sync", fd) ? -1 : real(fd);
}
