#ifndef HEADGATE_CLINUX_SHIM_H
#define HEADGATE_CLINUX_SHIM_H

#include <linux/filter.h>
#include <linux/prctl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

// Swift's Glibc module is built without _GNU_SOURCE; defining it here would give both modules different definitions of
// shared types (fd_set, rusage). So what glibc declares under it alone is declared here.
#ifndef __USE_GNU

struct mmsghdr {
    struct msghdr msg_hdr;
    unsigned int msg_len;
};

struct timespec;
extern int recvmmsg(int descriptor, struct mmsghdr *messages, unsigned int count, int flags, struct timespec *timeout);
extern int sendmmsg(int descriptor, struct mmsghdr *messages, unsigned int count, int flags);

#endif

// Swift does not import variadic functions.
static inline int headgate_timer_slack(void) { return prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0); }
static inline int headgate_set_timer_slack(unsigned long nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}
static inline int headgate_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
