/*
 * A data set for tests: a few training pictures of noise, labels of 0, in the
 * files of Fashion-MNIST.
 */
#ifndef SQZ_TESTS_NOISE_PICTURES_H
#define SQZ_TESTS_NOISE_PICTURES_H

#include <stdint.h>

#define NOISE_PICTURES 4

/* Pictures of size x size into the folder, which is made if it is not there. */
void noise_pictures(const char *folder, uint32_t size);

#endif
