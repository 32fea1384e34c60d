/* The REFERENCE section of an integer network: image_reference.h. */
#ifndef SQZ_MAPPER_REFERENCE_WRITE_H
#define SQZ_MAPPER_REFERENCE_WRITE_H

#include "host/file.h"
#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills `section`; free it with sqz_bytes_free(). 0, or -1 with err set. */
int sqz_reference_write(const struct sqz_qnet *net, struct sqz_bytes *section,
			struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
