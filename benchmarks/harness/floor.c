/* The floor: the least that an SSH client can cost. libssh, one thread a host, everything blocking.
 *
 *     floor HOSTS PORT USER KEY KNOWN_HOSTS run COMMANDS           `true` that often on each host, one after the other
 *     floor HOSTS PORT USER KEY KNOWN_HOSTS copy FILE COMMAND      FILE on the standard input of COMMAND
 *
 * HOSTS has an address a line. Host keys are checked, ciphers are offered in the order of UpgradeSSH. Exits with 1 where
 * anything at all went wrong on any host. */
#include <fcntl.h>
#include <libssh/libssh.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAXIMUM_HOSTS = 4096, SLICE = 256 << 10 };

static const char *ciphers = "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,"
                             "aes256-ctr,aes192-ctr,aes128-ctr";
static const char *user, *known_hosts, *command = "true";
static int port, commands = 1;
static const char *bytes;
static size_t size;
static ssh_key key;

static int fail(ssh_session session, const char *host, const char *what) {
    fprintf(stderr, "floor: %s: %s: %s\n", host, what, ssh_get_error(session));
    return 1;
}

/* Reads one stream to its end, so that the exit status has come. */
static int drain(ssh_channel channel, int is_error) {
    char buffer[16384];
    int count;
    while ((count = ssh_channel_read(channel, buffer, sizeof buffer, is_error)) > 0) {
    }
    return count;
}

static int perform(ssh_session session, const char *host) {
    ssh_channel channel = ssh_channel_new(session);
    if (!channel || ssh_channel_open_session(channel) != SSH_OK) return fail(session, host, "no channel");
    if (ssh_channel_request_exec(channel, command) != SSH_OK) return fail(session, host, "no command");
    for (size_t sent = 0; sent < size;) {
        size_t slice = size - sent < SLICE ? size - sent : SLICE;
        int count = ssh_channel_write(channel, bytes + sent, slice);
        if (count <= 0) return fail(session, host, "write");
        sent += count;
    }
    if (size > 0) ssh_channel_send_eof(channel);
    if (drain(channel, 0) < 0 || drain(channel, 1) < 0) return fail(session, host, "read");
    int status = ssh_channel_get_exit_status(channel);
    ssh_channel_close(channel);
    ssh_channel_free(channel);
    if (status != 0) fprintf(stderr, "floor: %s: status %d\n", host, status);
    return status != 0;
}

static int enter(ssh_session session, const char *host) {
    int no = 0, yes = 1, nodelay = 1;
    long seconds = 120;
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
    ssh_options_set(session, SSH_OPTIONS_STRICTHOSTKEYCHECK, &yes);
    ssh_options_set(session, SSH_OPTIONS_NODELAY, &nodelay);
    ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds);
    ssh_options_set(session, SSH_OPTIONS_HOST, host);
    ssh_options_set(session, SSH_OPTIONS_PORT, &port);
    ssh_options_set(session, SSH_OPTIONS_USER, user);
    ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, known_hosts);
    ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
    ssh_options_set(session, SSH_OPTIONS_CIPHERS_C_S, ciphers);
    ssh_options_set(session, SSH_OPTIONS_CIPHERS_S_C, ciphers);
    if (ssh_connect(session) != SSH_OK) return fail(session, host, "no connection");
    if (ssh_session_is_known_server(session) != SSH_KNOWN_HOSTS_OK) return fail(session, host, "host key");
    if (ssh_userauth_publickey(session, NULL, key) != SSH_AUTH_SUCCESS) return fail(session, host, "refused");
    return 0;
}

static void *serve(void *argument) {
    const char *host = argument;
    ssh_session session = ssh_new();
    long failed = enter(session, host);
    for (int count = 0; count < commands && !failed; count++) failed = perform(session, host);
    ssh_disconnect(session);
    ssh_free(session);
    return (void *)failed;
}

static int map(const char *path) {
    struct stat entry;
    int descriptor = open(path, O_RDONLY);
    if (descriptor < 0 || fstat(descriptor, &entry) != 0) return 1;
    size = entry.st_size;
    bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    return bytes == MAP_FAILED;
}

int main(int count, char **arguments) {
    if (count < 8) return 64;
    user = arguments[3];
    port = atoi(arguments[2]);
    known_hosts = arguments[5];
    if (strcmp(arguments[6], "run") == 0) {
        commands = atoi(arguments[7]);
    } else {
        if (count < 9 || map(arguments[7]) != 0) return 64;
        command = arguments[8];
    }
    FILE *list = fopen(arguments[1], "r");
    if (!list || ssh_pki_import_privkey_file(arguments[4], NULL, NULL, NULL, &key) != SSH_OK) return 66;
    static pthread_t threads[MAXIMUM_HOSTS];
    static char hosts[MAXIMUM_HOSTS][64];
    int started = 0, failed = 0;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 << 10);
    while (started < MAXIMUM_HOSTS && fscanf(list, "%63s", hosts[started]) == 1) {
        if (pthread_create(&threads[started], &small, serve, hosts[started]) != 0) return 71;
        started++;
    }
    for (int index = 0; index < started; index++) {
        void *result;
        pthread_join(threads[index], &result);
        failed |= result != NULL;
    }
    ssh_key_free(key);
    return failed;
}
