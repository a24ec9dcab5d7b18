/* SPDX-License-Identifier: ISC */
/* roca: the primes of Infineon's chips were powers of 65537 modulo all small primes, and so
 * is their product (Nemec and others, "The Return of Coppersmith's Attack"). */
#include "port/roca.h"

#include <openssl/bn.h>

#define PRIME_MAX 701 /* of keys with 2048 bits; longer ones have more of them */

static bool
is_prime(BN_ULONG p)
{
	BN_ULONG i;

	for (i = 3; i * i <= p; i += 2)
		if (p % i == 0)
			return false;
	return true;
}

static bool
is_power_of_f4(BN_ULONG rest, BN_ULONG p)
{
	BN_ULONG power = 1;

	do {
		if (power == rest)
			return true;
		power = power * 65537 % p;
	} while (power != 1);
	return false;
}

/* Of any other key the first few primes tell. */
bool
roca_made(const BIGNUM *n)
{
	BN_ULONG p;

	for (p = 3; p <= PRIME_MAX; p += 2)
		if (is_prime(p) && !is_power_of_f4(BN_mod_word(n, p), p))
			return false;
	return true;
}
