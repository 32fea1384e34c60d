/* docs/registers.md, written from the same tables that the models decode. */
#ifndef SQZ_MODELS_REGS_DOC_H
#define SQZ_MODELS_REGS_DOC_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the memory map, interrupts, register blocks and the layouts of node
 * table, descriptor and completion as Markdown. Errors stay in out (ferror). */
void sqz_regs_doc(FILE *out);

#ifdef __cplusplus
}
#endif

#endif
