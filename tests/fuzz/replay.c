/* SPDX-License-Identifier: ISC */
/* replay: runs a target over files, where there is no libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define INPUT_MAX ((size_t)1024 * 1024)

/* The file in memory of its very size, so that a sanitizer sees what reads beyond it. */
static int
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *all = malloc(INPUT_MAX), *data;
	size_t n;

	if (f == NULL || all == NULL) {
		perror(path);
		return 1;
	}
	n = fread(all, 1, INPUT_MAX, f);
	fclose(f);
	data = malloc(n > 0 ? n : 1);
	if (data == NULL)
		abort();
	memcpy(data, all, n);
	free(all);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	int i, failed = 0;

	LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}
