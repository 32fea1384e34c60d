#include "debug/gdb_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEND_TIMEOUT_S = 10 };

static int listen_on(struct sqz_gdb_link *link, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	const int on = 1;

	link->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->listener < 0)
		return -1;
	setsockopt(link->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(link->listener, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(link->listener, 1) ||
	    getsockname(link->listener, (struct sockaddr *)&at, &size))
		return -1;
	link->port = ntohs(at.sin_port);
	return 0;
}

int sqz_gdb_link_open(struct sqz_gdb_link *link, uint16_t port,
		      struct sqz_error *err)
{
	int result;

	*link = (struct sqz_gdb_link){ .listener = -1, .client = -1 };
	result = listen_on(link, port);
	if (result) {
		result =
		    sqz_fail(err, "--gdb: port %u: %s", port, strerror(errno));
		sqz_gdb_link_close(link);
	}
	return result;
}

void sqz_gdb_link_close(struct sqz_gdb_link *link)
{
	sqz_gdb_link_drop(link);
	if (link->listener >= 0)
		close(link->listener);
	link->listener = -1;
}

/* True: there is something to be had; a signal makes it look again. */
static bool ready(int fd, bool wait)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };
	int count;

	do
		count = poll(&look, 1, wait ? -1 : 0);
	while (count < 0 && errno == EINTR);
	return count > 0;
}

bool sqz_gdb_link_accept(struct sqz_gdb_link *link, bool wait)
{
	const struct timeval patience = { .tv_sec = SEND_TIMEOUT_S };
	const int on = 1;

	if (link->client >= 0 || !ready(link->listener, wait))
		return false;
	link->client = accept4(link->listener, NULL, NULL, SOCK_CLOEXEC);
	if (link->client < 0)
		return false;
	/* Packets are small and each waits for its answer. */
	setsockopt(link->client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* A client that takes nothing must not hold the run for ever. */
	setsockopt(link->client, SOL_SOCKET, SO_SNDTIMEO, &patience,
		   sizeof(patience));
	return true;
}

long sqz_gdb_link_receive(struct sqz_gdb_link *link, void *to, size_t room,
			  bool wait)
{
	ssize_t got;

	if (link->client < 0)
		return -1;
	if (!ready(link->client, wait))
		return 0;
	do
		got = recv(link->client, to, room, 0);
	while (got < 0 && errno == EINTR);
	return got > 0 ? got : -1;
}

void sqz_gdb_link_send(struct sqz_gdb_link *link, const void *data, size_t size)
{
	const char *from = data;

	while (size && link->client >= 0) {
		ssize_t sent = send(link->client, from, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0) {
			sqz_gdb_link_drop(link);
			return;
		}
		from += sent;
		size -= (size_t)sent;
	}
}

void sqz_gdb_link_drop(struct sqz_gdb_link *link)
{
	if (link->client >= 0)
		close(link->client);
	link->client = -1;
}
