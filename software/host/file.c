#include "host/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* First allocation when the unpacked size is not known, in bytes. */
#define FIRST_BLOCK 65536u

void sqz_bytes_free(struct sqz_bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct sqz_bytes){ 0 };
}

static int grow(struct sqz_bytes *out, size_t *room, const char *path,
		struct sqz_error *err)
{
	size_t wanted = *room ? *room * 2 : FIRST_BLOCK;
	uint8_t *data = realloc(out->data, wanted);

	if (!data)
		return sqz_fail(err, "%s: out of memory at %zu bytes", path,
				wanted);
	out->data = data;
	*room = wanted;
	return 0;
}

static int gz_reason(gzFile file, const char *path, struct sqz_error *err)
{
	int code = 0;
	const char *text = gzerror(file, &code);

	if (code == Z_ERRNO)
		text = strerror(errno);
	return sqz_fail(err, "%s: cannot read: %s", path, text);
}

static int read_all(gzFile file, const char *path, size_t limit_bytes,
		    struct sqz_bytes *out, struct sqz_error *err)
{
	size_t room = 0;

	for (;;) {
		if (out->size == room && grow(out, &room, path, err))
			return -1;
		size_t want = room - out->size;
		if (want > 1u << 30)
			want = 1u << 30;
		int got = gzread(file, out->data + out->size, (unsigned)want);
		if (got < 0)
			return gz_reason(file, path, err);
		if (got == 0)
			break;
		out->size += (size_t)got;
		if (out->size > limit_bytes)
			return sqz_fail(err, "%s: larger than %zu bytes", path,
					limit_bytes);
	}
	int code = 0;
	gzerror(file, &code);
	if (code != Z_OK && code != Z_STREAM_END)
		return sqz_fail(err, "%s: cut short inside its gzip stream",
				path);
	return 0;
}

int sqz_read_gzip(const char *path, size_t limit_bytes, struct sqz_bytes *out,
		  struct sqz_error *err)
{
	*out = (struct sqz_bytes){ 0 };
	errno = 0;
	gzFile file = gzopen(path, "rb");
	if (!file)
		return sqz_fail(err, "%s: cannot open: %s", path,
				strerror(errno));
	int result = read_all(file, path, limit_bytes, out, err);
	gzclose(file);
	if (result)
		sqz_bytes_free(out);
	return result;
}

static int read_plain(FILE *file, const char *path, size_t limit_bytes,
		      struct sqz_bytes *out, struct sqz_error *err)
{
	size_t room = 0;
	size_t got = 0;

	do {
		if (out->size == room && grow(out, &room, path, err))
			return -1;
		got = fread(out->data + out->size, 1, room - out->size, file);
		out->size += got;
		if (out->size > limit_bytes)
			return sqz_fail(err, "%s: larger than %zu bytes", path,
					limit_bytes);
	} while (got);
	if (ferror(file))
		return sqz_fail(err, "%s: cannot read: %s", path,
				strerror(errno));
	return 0;
}

int sqz_read_file(const char *path, size_t limit_bytes, struct sqz_bytes *out,
		  struct sqz_error *err)
{
	*out = (struct sqz_bytes){ 0 };
	FILE *file = fopen(path, "rb");
	if (!file)
		return sqz_fail(err, "%s: cannot open: %s", path,
				strerror(errno));
	int result = read_plain(file, path, limit_bytes, out, err);
	fclose(file);
	if (result)
		sqz_bytes_free(out);
	return result;
}

int sqz_write_file(const char *path, const void *data, size_t size,
		   struct sqz_error *err)
{
	char part[4096];
	int length = snprintf(part, sizeof(part), "%s.part", path);

	if (length < 0 || (size_t)length >= sizeof(part))
		return sqz_fail(err, "%.200s...: path too long", path);
	FILE *file = fopen(part, "wb");
	if (!file)
		return sqz_fail(err, "%s: cannot create: %s", part,
				strerror(errno));
	size_t done = fwrite(data, 1, size, file);
	int bad = fclose(file) || done != size;
	if (bad || rename(part, path)) {
		sqz_fail(err, "%s: cannot write: %s", path, strerror(errno));
		unlink(part);
		return -1;
	}
	return 0;
}
