// valgrind 3.19 (Debian 12) writes to the mask that it is given, and libdispatch's is in memory that cannot be written: every Swift
// program whose main is async ended with valgrind's own SIGSEGV. A copy can be written.
// - Source: valgrind 3.19, coregrind/m_syswrap/syswrap-linux.c, PRE(sys_rt_sigsuspend)
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    // The kernel's mask has 64 bits, glibc's type more.
    return (int)syscall(SYS_rt_sigsuspend, &copy, 8);
}
