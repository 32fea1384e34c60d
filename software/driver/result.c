#include "driver/result.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sqz/port.h"

struct result_text {
	enum sqz_result result;
	const char *name;
	const char *text;
};

#define RESULT(result, text)                                                   \
	{                                                                      \
		result, #result, text                                          \
	}

static const struct result_text texts[] = {
	RESULT(SQZ_SUCCESS, "success"),
	RESULT(SQZ_EDESC, "malformed descriptor"),
	RESULT(SQZ_ENODE, "no such node, or of the wrong kind"),
	RESULT(SQZ_EADDRESS, "bus address that nothing answers"),
	RESULT(SQZ_ESLOT, "step slot out of range, empty or busy"),
	RESULT(SQZ_ESTEP, "step does not hold together"),
	RESULT(SQZ_ECAPACITY, "more arrays or eDRAM than the tile has"),
	RESULT(SQZ_ETIMEDOUT, "timed out"),
	RESULT(SQZ_EABORTED, "aborted"),
	RESULT(SQZ_EOVERFLOW, "completion ring full"),
	RESULT(SQZ_ENODEV, "no accelerator found"),
	RESULT(SQZ_EVERSION, "unsupported version"),
	RESULT(SQZ_EINVAL, "invalid argument"),
	RESULT(SQZ_ENOMEM, "out of DMA memory"),
	RESULT(SQZ_EFULL, "ring full for too long"),
	RESULT(SQZ_EIO, "controller does not answer"),
	RESULT(SQZ_EIMAGE, "image does not hold together"),
	RESULT(SQZ_ECRC, "CRC of the image is wrong"),
	RESULT(SQZ_EMESH, "image was made for another chip"),
	RESULT(SQZ_EEMPTY, "no more images"),
	RESULT(SQZ_EWRONG, "self-test gave wrong logits"),
	RESULT(SQZ_ECANCELED, "cancelled"),
};

static const struct result_text *find(enum sqz_result result)
{
	static const struct result_text unknown = { 0, "?", "unknown error" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (texts[i].result == result)
			return &texts[i];
	}
	return &unknown;
}

const char *sqz_strerror(enum sqz_result result)
{
	return find(result)->text;
}

const char *sqz_result_name(enum sqz_result result)
{
	return find(result)->name;
}

enum sqz_result sqz_result_of_status(uint32_t status)
{
	if (status >= SQZ_STATUS_COUNT)
		return SQZ_EIO;
	return (enum sqz_result)(-(int)status);
}

enum sqz_result sqz_failure_set(struct sqz_failure *failure,
				enum sqz_result result, uint32_t node,
				uint64_t address, const char *detail)
{
	if (failure) {
		*failure = (struct sqz_failure){
			.result = result,
			.node = node,
			.address = address,
			.detail = detail,
		};
	}
	return result;
}

void sqz_failure_log(const struct sqz_failure *failure, const char *what)
{
	char place[64] = "";
	bool detail = failure->detail && *failure->detail;

	if (failure->node != SQZ_NO_NODE)
		snprintf(place, sizeof(place), ", node %" PRIu32 ", 0x%" PRIx64,
			 failure->node, failure->address);
	else if (failure->address)
		snprintf(place, sizeof(place), ", 0x%" PRIx64,
			 failure->address);
	sqz_log("error: %s: %s%s%s%s%s", what, sqz_strerror(failure->result),
		detail ? " (" : "", detail ? failure->detail : "",
		detail ? ")" : "", place);
}
