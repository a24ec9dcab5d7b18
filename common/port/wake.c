/* SPDX-License-Identifier: ISC */
/* wake: datagrams without content. */
#include "port/wake.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <sodium.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"

/* Keyed, as other users of this machine could take a name they can compute.  Not by user
 * id: root's posternctl wakes the mailer of whoever serves. */
static socklen_t
address(struct sockaddr_un *a)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state st;
	char hex[33];
	int n;

	crypto_auth_hmacsha256_init(&st, (const unsigned char *)conf()->secret,
	    strlen(conf()->secret));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)"wake", 4);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)conf()->database_url,
	    strlen(conf()->database_url));
	crypto_auth_hmacsha256_final(&st, mac);
	sodium_bin2hex(hex, sizeof(hex), mac, 16);
	*a = (struct sockaddr_un) { .sun_family = AF_UNIX };
	n = snprintf(a->sun_path + 1, sizeof(a->sun_path) - 1, "postern-mail-%s", hex);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

void
wake_send(void)
{
	struct sockaddr_un a;
	socklen_t len = address(&a);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	(void)sendto(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&a, len);
	close(fd);
}

int
wake_open(void)
{
	struct sockaddr_un a;
	socklen_t len = address(&a);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, len) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void
wake_drain(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0)
		;
}
