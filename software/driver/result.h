/*
 * How functions of driver and runtime end, and what went wrong where.
 *
 * 0 is success, errors are negative. -1 to -9 are the statuses of descriptors
 * (enum sqz_status in sqz/desc.h) with the sign turned; the others are found by
 * the software.
 */
#ifndef SQZ_DRIVER_RESULT_H
#define SQZ_DRIVER_RESULT_H

#include <stdint.h>

#include "sqz/desc.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_result {
	SQZ_SUCCESS = 0,

	SQZ_EDESC = -SQZ_ERR_DESC,
	SQZ_ENODE = -SQZ_ERR_NODE,
	SQZ_EADDRESS = -SQZ_ERR_ADDRESS,
	SQZ_ESLOT = -SQZ_ERR_SLOT,
	SQZ_ESTEP = -SQZ_ERR_STEP,
	SQZ_ECAPACITY = -SQZ_ERR_CAPACITY,
	SQZ_ETIMEDOUT = -SQZ_ERR_TIMEOUT,
	SQZ_EABORTED = -SQZ_ERR_ABORTED,
	SQZ_EOVERFLOW = -SQZ_ERR_OVERFLOW,

	SQZ_ENODEV = -32,    /* no accelerator at this address */
	SQZ_EVERSION = -33,  /* of the accelerator, the mailbox or the image */
	SQZ_EINVAL = -34,    /* an argument makes no sense */
	SQZ_ENOMEM = -35,    /* DMA pool used up */
	SQZ_EFULL = -36,     /* the ring had no room for too long */
	SQZ_EIO = -37,	     /* the controller does not answer any more */
	SQZ_EIMAGE = -38,    /* the image does not hold together */
	SQZ_ECRC = -39,	     /* a CRC of the image is wrong */
	SQZ_EMESH = -40,     /* the image was made for another chip */
	SQZ_EEMPTY = -41,    /* the mailbox has no more images */
	SQZ_EWRONG = -42,    /* self-test: other logits than expected */
	SQZ_ECANCELED = -43, /* the caller did not want it any more */
};

/* A result that has to be looked at. */
#define SQZ_MUST_CHECK __attribute__((warn_unused_result))

/* One phrase, never NULL; also for values that are no result. */
const char *sqz_strerror(enum sqz_result result);

/* "SQZ_ETIMEDOUT"; "?" for values that are no result. */
const char *sqz_result_name(enum sqz_result result);

/* The result that a completion's status stands for. */
enum sqz_result sqz_result_of_status(uint32_t status);

#define SQZ_NO_NODE UINT32_MAX

/* Where something went wrong, for people. Functions that take one fill it when
 * they fail; NULL if the caller does not want to know. */
struct sqz_failure {
	enum sqz_result result;
	uint32_t node;	    /* or SQZ_NO_NODE */
	uint64_t address;   /* bus address, offset in the image; 0 if none */
	const char *detail; /* a few words, or "" */
};

/* Fills *failure (if any) and returns result. */
enum sqz_result sqz_failure_set(struct sqz_failure *failure,
				enum sqz_result result, uint32_t node,
				uint64_t address, const char *detail);

/* One line by sqz_log(): "error: <what>: <text> (<detail>), node ..., ..." */
void sqz_failure_log(const struct sqz_failure *failure, const char *what);

#ifdef __cplusplus
}
#endif

#endif
