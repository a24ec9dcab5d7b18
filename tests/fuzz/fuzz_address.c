/* SPDX-License-Identifier: ISC */
/* address: socket address, X-Forwarded-For and proxies, a line each. */
#include <arpa/inet.h>

#include "fuzz.h"
#include "http/address.h"

static void
run(const uint8_t *data, size_t size)
{
	char *rest = fuzz_text(data, size), *remote = fuzz_line(&rest), *list = fuzz_line(&rest);
	const char *alone = address_client(&fuzz_ctx, remote, list, "");
	const char *client = address_client(&fuzz_ctx, remote, list, rest);
	unsigned char bytes[16];

	FUZZ_CLAIM(strcmp(alone, address_client(&fuzz_ctx, remote, NULL, rest)) == 0);
	FUZZ_CLAIM((*alone == '\0') == (*client == '\0'));
	if (*client != '\0')
		FUZZ_CLAIM(inet_pton(AF_INET, client, bytes) == 1 ||
		    inet_pton(AF_INET6, client, bytes) == 1);
}

FUZZ_TARGET(fuzz_nothing, run)
