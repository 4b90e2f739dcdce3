// Attacks on the sandbox from inside, one per name on stdin. Prints "THROUGH" and exits 0 when the attack works,
// "BLOCKED errno" and exits 1 when it does not. Compiled by the tests and put in the worker's place: same launcher, same filter.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

extern char **environ;
static char argument[512];

static long can_open(const char *path, int flags) {
  int fd = open(path, flags, 0600);
  return fd;
}
static long can_write(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  if (fd < 0) return -1;
  return write(fd, "x", 1) == 1 ? 0 : -1;
}
static long contains(const char *path, const char *word) {
  static char text[1 << 16];
  int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  long n = read(fd, text, sizeof text - 1);
  if (n < 0) return -1;
  for (long i = 0; i + (long)strlen(word) <= n; i++)
    if (memcmp(text + i, word, strlen(word)) == 0) return 0;
  errno = ENOENT;
  return -1;
}
static long tcp_connect(void) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (s < 0) return -1;
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argument))};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(s, (struct sockaddr *)&a, sizeof a);
}
static long unix_connect(int abstract) {
  int s = socket(AF_UNIX, SOCK_STREAM, 0);
  if (s < 0) return -1;
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  strncpy(a.sun_path + abstract, argument, sizeof a.sun_path - 2);
  return connect(s, (struct sockaddr *)&a, offsetof(struct sockaddr_un, sun_path) + abstract + strlen(argument));
}
static long outside_process(void) { return kill(atoi(argument), 0); }
static long fork_bomb(void) {
  int made = 0;
  for (int i = 0; i < 400; i++) {
    pid_t p = fork();
    if (p == 0) { pause(); _exit(0); }
    if (p < 0) break;
    made++;
  }
  return made >= 300 ? 0 : -1;
}
static long memory_bomb(void) {
  for (int i = 0; i < 20; i++) { // 320 MiB of touched pages would be through; one byte a page, so that a busy machine ends in time
    volatile char *p = malloc(16 << 20);
    if (!p) return -1;
    for (long at = 0; at < 16 << 20; at += 4096) p[at] = 1;
  }
  return 0;
}
static long memory_of_many(void) { // no process has more than a third of the limit, all of them together have more than all of it
  enum { processes = 4 };
  const long each = 96L << 20;
  pid_t held[processes];
  int status;
  for (int i = 0; i < processes; i++) {
    pid_t p = held[i] = fork();
    if (p < 0) return -1;
    if (p == 0) {
      volatile char *m = malloc(each);
      if (!m) _exit(1);
      for (long at = 0; at < each; at += 4096) m[at] = 1;
      raise(SIGSTOP); // holds what it has
      _exit(0);
    }
    if (waitpid(p, &status, WUNTRACED) != p || !WIFSTOPPED(status)) return -1;
  }
  for (int i = 0; i < processes; i++) { // all of them must have lived to the end: the kernel may have made room by killing an earlier one
    kill(held[i], SIGCONT);
    if (waitpid(held[i], &status, 0) != held[i] || !WIFEXITED(status)) return -1;
  }
  return 0;
}
static long raise_limit(void) {
  struct rlimit r = {1 << 20, 1 << 20};
  return setrlimit(RLIMIT_FSIZE, &r);
}
static long lower_limit(void) { // harmless in itself: shows that the filter, not the kernel's privilege check, refuses
  struct rlimit r = {10, 10};
  return setrlimit(RLIMIT_NOFILE, &r);
}
static long memfd_exec(void) {
  int fd = (int)syscall(SYS_memfd_create, "x", 0);
  return fd;
}
static long spawn(void) {
  pid_t p = fork();
  if (p == 0) _exit(0);
  return p;
}
static long wx_file(void) { return can_write("/app/sandbox-worker"); }
static long own_environment(void) {
  for (char **e = environ; *e; e++)
    if (strstr(*e, argument)) return 0;
  errno = ENOENT;
  return -1;
}
static long many_files(void) {
  int i = 0;
  while (i < 200 && open("/proc/self/status", O_RDONLY) >= 0) i++;
  return i >= 200 ? 0 : -1;
}
static long x32_call(void) { return syscall(0x40000000 | SYS_getpid); }
static long int80(void) {
  long r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory"); // getpid of the 32-bit table
  return r < 0 ? -1 : r;
}
static long signal_all(void) {
  for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
  for (;;) pause();
  return 0;
}

static long run(const char *n) {
#define IS(x) (strcmp(n, x) == 0)
  if (IS("control")) return can_open("/proc/self/status", O_RDONLY);
  if (IS("read-input")) return can_open("/data/input", O_RDONLY);
  if (IS("tcp-connect")) return tcp_connect();
  if (IS("tcp-socket")) return socket(AF_INET, SOCK_STREAM, 0);
  if (IS("tcp6-socket")) return socket(AF_INET6, SOCK_STREAM, 0);
  if (IS("udp-socket")) return socket(AF_INET, SOCK_DGRAM, 0);
  if (IS("raw-socket")) return socket(AF_INET, SOCK_RAW, 1);
  if (IS("netlink")) return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  if (IS("vsock")) return socket(40, SOCK_STREAM, 0);
  if (IS("unix-path")) return unix_connect(0);
  if (IS("unix-abstract")) return unix_connect(1);
  if (IS("socketpair")) { int p[2]; return socketpair(AF_UNIX, SOCK_STREAM, 0, p); }
  if (IS("dns")) { int s = socket(AF_INET, SOCK_DGRAM, 0); struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(53)}; a.sin_addr.s_addr = htonl(0x7f000035); return s < 0 ? -1 : sendto(s, "x", 1, 0, (void *)&a, sizeof a); }
  if (IS("read-passwd")) return can_open("/etc/passwd", O_RDONLY);
  if (IS("read-host-file")) return can_open(argument, O_RDONLY);
  if (IS("list-host-root")) return can_open("/etc", O_RDONLY | O_DIRECTORY);
  if (IS("proc1-environ")) return contains("/proc/1/environ", argument);
  if (IS("own-environment")) return own_environment();
  if (IS("proc1-root")) return can_open("/proc/1/root/etc/passwd", O_RDONLY);
  if (IS("sysrq")) return can_write("/proc/sysrq-trigger");
  if (IS("core-pattern")) return can_write("/proc/sys/kernel/core_pattern");
  if (IS("kcore")) return contains("/proc/kcore", "ELF");
  if (IS("sys")) return can_open("/sys/kernel", O_RDONLY);
  if (IS("write-input")) { int fd = open("/data/input", O_WRONLY); return fd < 0 ? -1 : 0; }
  if (IS("truncate-input")) return truncate("/data/input", 0);
  if (IS("unlink-input")) return unlink("/data/input");
  if (IS("chmod-input")) return chmod("/data/input", 0777);
  if (IS("write-app")) return wx_file();
  if (IS("write-root")) return can_write("/x");
  if (IS("write-tmp")) { mkdir("/tmp", 0777); return can_write("/tmp/x"); }
  if (IS("write-dev")) return can_write("/dev/x");
  if (IS("write-shm")) return can_write("/dev/shm/x");
  if (IS("mkdir")) return mkdir("/y", 0700);
  if (IS("symlink")) return symlink("/etc/shadow", "/z");
  if (IS("hardlink")) return link("/data/input", "/copy");
  if (IS("mknod")) return mknod("/dev/sda", S_IFBLK | 0600, 0x0800);
  if (IS("mkfifo")) return mkfifo("/fifo", 0600);
  if (IS("setxattr")) return setxattr("/data/input", "user.x", "y", 1, 0);
  if (IS("ptrace")) return ptrace(PTRACE_TRACEME, 0, 0, 0);
  if (IS("process-vm-readv")) { char b[8]; struct iovec l = {b, 8}, r = {b, 8}; return process_vm_readv(getpid(), &l, 1, &r, 1, 0); }
  if (IS("unshare-user")) return unshare(CLONE_NEWUSER);
  if (IS("unshare-net")) return unshare(CLONE_NEWNET);
  if (IS("clone-newuser")) { long p = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); if (p == 0) _exit(0); return p; }
  if (IS("clone3")) { unsigned long a[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD}; long p = syscall(SYS_clone3, a, sizeof a); if (p == 0) _exit(0); return p; }
  if (IS("setns")) { int fd = open("/proc/self/ns/net", O_RDONLY); return setns(fd, 0); }
  if (IS("mount")) return mount("none", "/data", "tmpfs", 0, 0);
  if (IS("remount")) return mount("none", "/", 0, MS_REMOUNT, 0);
  if (IS("umount")) return umount2("/proc", MNT_DETACH);
  if (IS("pivot-root")) return syscall(SYS_pivot_root, "/", "/data");
  if (IS("open-tree")) return syscall(428, -100, "/", 1);
  if (IS("fsopen")) return syscall(430, "tmpfs", 0);
  if (IS("bpf")) { char attr[128] = {0}; *(int *)attr = 2; ((int *)attr)[1] = 4; ((int *)attr)[2] = 4; ((int *)attr)[3] = 1; return syscall(SYS_bpf, 0, attr, sizeof attr); }
  if (IS("seccomp")) { int action = 0x7fff0000; return syscall(SYS_seccomp, 2, 0, &action); }
  if (IS("io-uring")) { char p[256] = {0}; return syscall(425, 4, p); }
  if (IS("keyctl")) return syscall(SYS_keyctl, 0, -3, 1);
  if (IS("add-key")) return syscall(SYS_add_key, "user", "x", "y", 1, -3);
  if (IS("userfaultfd")) return syscall(323, 1);
  if (IS("perf-event")) { char a[128] = {0}; ((int *)a)[0] = 1; ((int *)a)[1] = 128; return syscall(SYS_perf_event_open, a, 0, -1, -1, 0); }
  if (IS("chroot")) return chroot("/data");
  if (IS("setuid")) return setuid(0);
  if (IS("setuid-same")) return setuid(getuid());
  if (IS("kill-outside")) return outside_process();
  if (IS("kill-init")) return kill(1, 9);
  if (IS("kill-self")) return kill(getpid(), 0);
  if (IS("pidfd-open")) return syscall(434, getpid(), 0);
  if (IS("raise-fsize")) return raise_limit();
  if (IS("lower-nofile")) return lower_limit();
  if (IS("fork")) return spawn();
  if (IS("fork-bomb")) return fork_bomb();
  if (IS("memory-bomb")) return memory_bomb();
  if (IS("memory-of-many")) return memory_of_many();
  if (IS("many-files")) return many_files();
  if (IS("cpu-spin")) for (;;) {}
  if (IS("hang")) signal_all();
  if (IS("flood")) { static char b[65536]; for (;;) if (write(1, b, sizeof b) < 0) return -1; }
  if (IS("tiocsti")) return ioctl(0, TIOCSTI, "x");
  if (IS("ioctl")) { int n1; return ioctl(0, FIONREAD, &n1); }
  if (IS("memfd")) return memfd_exec();
  if (IS("personality")) return syscall(SYS_personality, 0x0040000);
  if (IS("shmget")) return shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  if (IS("prctl-dumpable")) return syscall(SYS_prctl, 4, 1, 0, 0, 0);
  if (IS("sethostname")) return sethostname("x", 1);
  if (IS("sched-rt")) { struct sched_param p = {1}; return sched_setscheduler(0, SCHED_FIFO, &p); }
  if (IS("nice")) return setpriority(PRIO_PROCESS, 0, 5);
  if (IS("clock-settime")) return syscall(SYS_clock_settime, 0, (long[]){0, 0});
  if (IS("swapon")) return syscall(SYS_swapon, "/data/input", 0);
  if (IS("module")) return syscall(SYS_init_module, "x", 1, "");
  if (IS("kexec")) return syscall(SYS_kexec_load, 0, 0, 0, 0);
  if (IS("open-by-handle")) return syscall(SYS_open_by_handle_at, -100, (int[]){8, 1, 0, 0}, 0);
  if (IS("x32")) return x32_call();
  if (IS("int80")) return int80();
  if (IS("shell")) return execl("/bin/sh", "sh", "-c", "true", (char *)0);
  errno = ENOSYS;
  printf("UNKNOWN\n");
  return -1;
}

int main(void) {
  static char line[1024];
  long got = 0, n;
  while (got < (long)sizeof line - 1 && (n = read(0, line + got, sizeof line - 1 - got)) > 0) got += n;
  long r = 1;
  for (char *rest, *name = strtok_r(line, "\n", &rest); name; name = strtok_r(0, "\n", &rest)) { // one a line; the exit code is the last one's
    char *space = strchr(name, ' ');
    memset(argument, 0, sizeof argument);
    if (space) { *space = 0; strncpy(argument, space + 1, sizeof argument - 1); }
    errno = 0;
    r = run(name);
    int e = errno;
    if (r >= 0) printf("THROUGH\n"); else printf("BLOCKED %d\n", e);
    fflush(stdout);
  }
  return r >= 0 ? 0 : 1;
}
