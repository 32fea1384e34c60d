/* Field numbers and values of the public Perfetto schema, as far as we use it.
 * Private to the trace library. */
#ifndef SQZ_TRACES_SCHEMA_H
#define SQZ_TRACES_SCHEMA_H

enum { TRACE_PACKET = 1 };

enum {
	PACKET_TIMESTAMP = 8,	 /* ns */
	PACKET_SEQUENCE_ID = 10, /* uint32, not 0 */
	PACKET_EVENT = 11,
	PACKET_INTERNED = 12,
	PACKET_SEQUENCE_FLAGS = 13,
	PACKET_COMPRESSED = 50, /* zlib stream of whole packets with tags */
	PACKET_TRACK = 60,
	PACKET_FIRST_ON_SEQUENCE = 87,
};

enum { SEQUENCE_CLEARED = 1, SEQUENCE_NEEDS_STATE = 2 };

enum { INTERNED_CATEGORY = 1, INTERNED_EVENT = 2, INTERNED_ANNOTATION = 3 };

enum { INTERNED_IID = 1, INTERNED_NAME = 2 };

enum {
	TRACK_UUID = 1,
	TRACK_NAME = 2,
	TRACK_PROCESS = 3,
	TRACK_PARENT = 5,
	TRACK_COUNTER = 8,
	TRACK_CHILD_ORDERING = 11,
	TRACK_RANK = 12,
};

enum { CHILD_ORDERING_EXPLICIT = 3 };

enum { PROCESS_PID = 1, PROCESS_NAME = 6 };

enum { COUNTER_UNIT_NAME = 6 };

enum {
	EVENT_CATEGORY_IID = 3,
	EVENT_ANNOTATION = 4,
	EVENT_TYPE = 9,
	EVENT_NAME_IID = 10,
	EVENT_TRACK = 11,
	EVENT_CATEGORY = 22,
	EVENT_NAME = 23,
	EVENT_COUNTER_VALUE = 30,
	EVENT_FLOW = 47,       /* fixed64 */
	EVENT_FINAL_FLOW = 48, /* fixed64 */
};

enum { TYPE_BEGIN = 1, TYPE_END = 2, TYPE_INSTANT = 3, TYPE_COUNTER = 4 };

enum {
	ANNOTATION_NAME_IID = 1,
	ANNOTATION_UINT = 3,
	ANNOTATION_INT = 4,
	ANNOTATION_STRING = 6,
	ANNOTATION_NAME = 10,
};

/* The marker that ends a finished file: an instant on the process track. */
#define END_MARKER_NAME	    "end of trace"
#define END_MARKER_CATEGORY "trace"
/* In front of one that is the last part of a longer trace, on the same track.
 */
#define FRONT_MARKER_NAME "front is gone"

#endif
