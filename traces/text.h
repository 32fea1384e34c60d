/* Protobuf strings must be UTF-8; names come from models, ELF and ONNX files
 * and may be anything. */
#ifndef SQZ_TRACES_TEXT_H
#define SQZ_TRACES_TEXT_H

#include <stddef.h>

/* Copies text without its NUL: at most limit bytes, no character cut in two,
 * '?' for each byte that is not UTF-8. Returns the bytes written. */
size_t sqz_text_copy(char *to, size_t limit, const char *text);

#endif
