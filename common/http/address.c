/* SPDX-License-Identifier: ISC */
/* address: who the client is. */
#include "http/address.h"

#include <arpa/inet.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"

/* Both families in IPv6's 16 bytes. */
struct address {
	unsigned char bytes[16];
};

static const unsigned char mapped_prefix[12] = { [10] = 0xFF, [11] = 0xFF };

static bool
parse(const char *text, struct address *out)
{
	struct in_addr v4;

	if (inet_pton(AF_INET6, text, out->bytes) == 1)
		return true;
	if (inet_pton(AF_INET, text, &v4) != 1)
		return false;
	memcpy(out->bytes, mapped_prefix, 12);
	memcpy(out->bytes + 12, &v4, 4);
	return true;
}

static bool
is_v4(const struct address *a)
{
	return memcmp(a->bytes, mapped_prefix, 12) == 0;
}

static bool
same_prefix(const struct address *a, const struct address *b, int bits)
{
	int whole = bits / 8, rest = bits % 8;

	if (memcmp(a->bytes, b->bytes, (size_t)whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

/* One entry: an address, or address/bits. */
static bool
parse_network(char *entry, struct address *net, int *bits)
{
	char *slash = strchr(entry, '/'), *end;
	long most, given;

	if (slash != NULL)
		*slash++ = '\0';
	if (!parse(entry, net))
		return false;
	most = is_v4(net) ? 32 : 128;
	given = most;
	if (slash != NULL) {
		given = strtol(slash, &end, 10);
		if (!isdigit((unsigned char)*slash) || *end != '\0' || given > most)
			return false;
	}
	*bits = (int)(given + 128 - most);
	return true;
}

static bool
in_network(const struct address *a, char *entry)
{
	struct address net;
	int bits;

	return parse_network(entry, &net, &bits) && same_prefix(a, &net, bits);
}

bool
address_is_list(struct ctx *ctx, const char *proxies)
{
	struct address net;
	char *entry;
	int bits;

	while ((entry = str_next(ctx->arena, &proxies, ',')) != NULL)
		if (!parse_network(entry, &net, &bits))
			return false;
	return true;
}

static bool
is_proxy(struct ctx *ctx, const struct address *a, const char *proxies)
{
	char *entry;

	while ((entry = str_next(ctx->arena, &proxies, ',')) != NULL)
		if (in_network(a, entry))
			return true;
	return false;
}

bool
address_is_listed(struct ctx *ctx, const char *remote, const char *proxies)
{
	struct address a;

	return remote != NULL && parse(remote, &a) && is_proxy(ctx, &a, proxies);
}

/* Walks X-Forwarded-For from the right; an entry that is no address ends the trust. */
static bool
last_untrusted(struct ctx *ctx, const char *forwarded, const char *proxies, struct address *out)
{
	char *list = arena_strdup(ctx->arena, forwarded), *comma, *entry;

	for (;;) {
		comma = strrchr(list, ',');
		entry = comma != NULL ? comma + 1 : list;
		if (!parse(str_trim(ctx->arena, entry, strlen(entry)), out))
			return false;
		if (!is_proxy(ctx, out, proxies))
			return true;
		if (comma == NULL)
			return false;
		*comma = '\0';
	}
}

static const char *
format(struct ctx *ctx, const struct address *a)
{
	const unsigned char *b = a->bytes;

	if (is_v4(a))
		return str_printf(ctx->arena, "%u.%u.%u.%u", b[12], b[13], b[14], b[15]);
	return str_printf(ctx->arena, "%02x%02x:%02x%02x:%02x%02x:%02x%02x:0000:0000:0000:0000",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
}

const char *
address_client(struct ctx *ctx, const char *remote, const char *forwarded, const char *proxies)
{
	struct address a, behind;

	if (remote == NULL || !parse(remote, &a))
		return "";
	if (forwarded != NULL && is_proxy(ctx, &a, proxies) &&
	    last_untrusted(ctx, forwarded, proxies, &behind))
		a = behind;
	return format(ctx, &a);
}
