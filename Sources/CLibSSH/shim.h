#pragma once
// Glibc's Swift module has neither of these two.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <libssh/libssh.h>
#include <libssh/callbacks.h>
// Only for ssh_send_keepalive.
#include <libssh/server.h>
