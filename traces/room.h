/*
 * Arrays that grow while a trace is read.
 */
#ifndef SQZ_TRACES_ROOM_H
#define SQZ_TRACES_ROOM_H

#include <stddef.h>
#include <stdlib.h>

/* Makes an array long enough for element `index`, from `first` elements on by
 * doubling. *room counts elements, size is of one in bytes. The array, or NULL
 * when memory is exhausted: then the old array and *room are as before. */
static inline void *sqz_room_for(void *array, size_t index, size_t *room,
				 size_t first, size_t size)
{
	size_t wanted = *room ? *room : first;
	void *more;

	if (array && index < *room)
		return array;
	while (wanted <= index)
		wanted *= 2;
	more = realloc(array, wanted * size);
	if (more)
		*room = wanted;
	return more;
}

#endif
