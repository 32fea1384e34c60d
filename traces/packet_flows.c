#include "traces/packet_flows.h"

#include "traces/sent_packets.h"

#include <stdlib.h>
#include <string.h>

#define PS_PER_NS  1000u
#define MOST_TYPES 256u
#define MOST_NODES 65536u
#define NO_LAYER   0xffffu

struct reading {
	const char *path;
	struct sqz_packet_flows *flows;
	size_t room;	 /* of the flows' groups */
	uint32_t *slots; /* a group's index + 1 by its key, or 0 */
	size_t slot_count;
	struct sent_packets sent;
	struct sqz_error *err;
};

static int no_memory(const struct reading *reading)
{
	return sqz_fail(reading->err,
			"%s: out of memory, or more than %u types of packets",
			reading->path, MOST_TYPES);
}

static int find_type(struct reading *reading, const char *name, uint32_t *type)
{
	struct sqz_packet_flows *flows = reading->flows;

	for (*type = 0; *type < flows->type_count; (*type)++)
		if (!strcmp(flows->types[*type], name))
			return 0;
	if (flows->type_count == MOST_TYPES)
		return -1;
	char **types =
	    realloc(flows->types, (flows->type_count + 1) * sizeof(*types));
	if (!types)
		return -1;
	flows->types = types;
	types[flows->type_count] = strdup(name);
	return types[flows->type_count++] ? 0 : -1;
}

static uint32_t *find_slot(const struct reading *reading,
			   const struct sqz_packet_group *key)
{
	const struct sqz_packet_group *all =
	    reading->flows->groups[SQZ_GROUP_FLOW].all;
	uint64_t hash = ((uint64_t)key->type << 32 |
			 (uint64_t)key->source << 16 | key->destination) *
			0x9e3779b97f4a7c15u;
	size_t mask = reading->slot_count - 1;
	size_t at = (size_t)(hash >> 24) & mask;

	for (; reading->slots[at]; at = (at + 1) & mask) {
		const struct sqz_packet_group *one =
		    &all[reading->slots[at] - 1];
		if (one->type == key->type && one->source == key->source &&
		    one->destination == key->destination)
			break;
	}
	return &reading->slots[at];
}

/* Room for one more group, in a table that is at most half full. */
static int grow(struct reading *reading)
{
	struct sqz_packet_groups *groups =
	    &reading->flows->groups[SQZ_GROUP_FLOW];

	if (groups->count < reading->room)
		return 0;
	size_t room = reading->room ? reading->room * 2 : 256;
	struct sqz_packet_group *all =
	    realloc(groups->all, room * sizeof(*all));
	if (!all)
		return -1;
	groups->all = all;
	uint32_t *slots = calloc(room * 2, sizeof(*slots));
	if (!slots)
		return -1;
	free(reading->slots);
	reading->slots = slots;
	reading->slot_count = room * 2;
	reading->room = room;
	for (size_t i = 0; i < groups->count; i++)
		*find_slot(reading, &all[i]) = (uint32_t)i + 1;
	return 0;
}

static struct sqz_packet_group *find_flow(struct reading *reading,
					  const struct sqz_packet_group *key)
{
	struct sqz_packet_groups *groups =
	    &reading->flows->groups[SQZ_GROUP_FLOW];

	if (grow(reading))
		return NULL;
	uint32_t *slot = find_slot(reading, key);
	if (!*slot) {
		groups->all[groups->count++] = *key;
		*slot = (uint32_t)groups->count;
	}
	return &groups->all[*slot - 1];
}

/* Keeps the slowest, the earlier one first if equal. */
static void note_slow(struct sqz_packet_flows *flows,
		      const struct sqz_slow_packet *packet)
{
	size_t at = flows->slow_count;

	while (at && flows->slowest[at - 1].latency_ns < packet->latency_ns)
		at--;
	if (at == SQZ_SLOW_PACKETS)
		return;
	if (flows->slow_count < SQZ_SLOW_PACKETS)
		flows->slow_count++;
	memmove(&flows->slowest[at + 1], &flows->slowest[at],
		(flows->slow_count - at - 1) * sizeof(*packet));
	flows->slowest[at] = *packet;
}

static int take_sent(struct reading *reading,
		     const struct sqz_trace_record *record)
{
	uint64_t source = MOST_NODES, destination = MOST_NODES;
	struct sent_packet packet = { .layer = NO_LAYER,
				      .created_ps = record->ns * PS_PER_NS };

	sqz_record_uint(record, "src", &source);
	sqz_record_uint(record, "dst", &destination);
	if (source >= MOST_NODES || destination >= MOST_NODES ||
	    !sqz_record_uint(record, "id", &packet.id))
		return 0;
	sqz_record_uint(record, "payload_bytes", &packet.payload_bytes);
	sqz_record_uint(record, "layer", &packet.layer);
	sqz_record_uint(record, "created_ps", &packet.created_ps);
	packet.source = (uint16_t)source;
	packet.destination = (uint16_t)destination;
	return sent_packets_add(&reading->sent, &packet) ? no_memory(reading)
							 : 0;
}

static int add_to_flow(struct reading *reading, uint64_t bytes,
		       const struct sqz_slow_packet *packet)
{
	const struct sqz_packet_group key = { .type = packet->type,
					      .source = packet->source,
					      .destination =
						  packet->destination };
	struct sqz_packet_group *flow = find_flow(reading, &key);

	if (!flow || histogram_add(&flow->latency_ns, packet->latency_ns))
		return no_memory(reading);
	flow->payload_bytes += bytes;
	note_slow(reading->flows, packet);
	return 0;
}

static int take_arrival(struct reading *reading,
			const struct sqz_trace_record *record)
{
	struct sent_packet sent = { 0 };
	uint64_t id;

	if (!sqz_record_uint(record, "id", &id))
		return 0;
	if (!sent_packets_take(&reading->sent, id, &sent)) {
		reading->flows->unsent++;
		return 0;
	}
	const uint64_t created_ns = sent.created_ps / PS_PER_NS;
	struct sqz_slow_packet packet = {
		.id = id,
		.created_ps = sent.created_ps,
		.layer = sent.layer,
		.source = sent.source,
		.destination = sent.destination,
		.latency_ns =
		    record->ns > created_ns ? record->ns - created_ns : 0,
	};
	if (find_type(reading, record->name, &packet.type))
		return no_memory(reading);
	return add_to_flow(reading, sent.payload_bytes, &packet);
}

static int take(void *user, const struct sqz_trace_record *record)
{
	if (record->type != SQZ_RECORD_INSTANT || !record->name ||
	    !record->category)
		return 0;
	if (!strcmp(record->category, "sent"))
		return take_sent(user, record);
	if (!strcmp(record->category, "arrives"))
		return take_arrival(user, record);
	return 0;
}

/* ---- groups of flows ---- */

static uint32_t key_of(const struct sqz_packet_group *group,
		       enum sqz_packet_group_kind kind)
{
	return kind == SQZ_GROUP_TYPE	  ? group->type
	       : kind == SQZ_GROUP_SOURCE ? group->source
					  : group->destination;
}

static int gather(struct sqz_packet_flows *flows,
		  enum sqz_packet_group_kind kind)
{
	const struct sqz_packet_groups *from = &flows->groups[SQZ_GROUP_FLOW];
	struct sqz_packet_groups *to = &flows->groups[kind];
	uint32_t *of_key = calloc(MOST_NODES, sizeof(*of_key));
	int failed = !of_key;

	to->all = calloc(from->count, sizeof(*to->all));
	failed = failed || !to->all;
	for (size_t i = 0; i < from->count && !failed; i++) {
		uint32_t *index = &of_key[key_of(&from->all[i], kind)];
		if (!*index) {
			struct sqz_packet_group *fresh = &to->all[to->count++];
			fresh->type = from->all[i].type;
			fresh->source = from->all[i].source;
			fresh->destination = from->all[i].destination;
			*index = (uint32_t)to->count;
		}
		struct sqz_packet_group *group = &to->all[*index - 1];
		group->payload_bytes += from->all[i].payload_bytes;
		failed = histogram_add_all(&group->latency_ns,
					   &from->all[i].latency_ns);
	}
	free(of_key);
	return failed ? -1 : 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Slowest first; then by what they are. */
static int by_latency(const void *left, const void *right)
{
	const struct sqz_packet_group *a = left;
	const struct sqz_packet_group *b = right;
	int order = compare(histogram_percentile(&b->latency_ns, 99),
			    histogram_percentile(&a->latency_ns, 99));

	order = order ? order
		      : compare(b->latency_ns.largest, a->latency_ns.largest);
	order = order ? order : compare(a->source, b->source);
	order = order ? order : compare(a->destination, b->destination);
	return order ? order : compare(a->type, b->type);
}

static int gather_all(struct sqz_packet_flows *flows)
{
	for (unsigned kind = 0; kind < SQZ_GROUP_FLOW; kind++)
		if (gather(flows, (enum sqz_packet_group_kind)kind))
			return -1;
	for (unsigned kind = 0; kind < SQZ_GROUP_KINDS; kind++)
		qsort(flows->groups[kind].all, flows->groups[kind].count,
		      sizeof(*flows->groups[kind].all), by_latency);
	return 0;
}

int sqz_packet_flows_read(const char *path, struct sqz_packet_flows *flows,
			  struct sqz_error *err)
{
	struct reading reading = { .path = path, .flows = flows, .err = err };

	*flows = (struct sqz_packet_flows){ 0 };
	int failed = sqz_trace_read(path, take, &reading, &flows->file, err);
	free(reading.slots);
	sent_packets_free(&reading.sent);
	if (!failed && !flows->groups[SQZ_GROUP_FLOW].count)
		failed = sqz_fail(err,
				  "%s: holds no packets; trace the run with "
				  "--trace-level packets",
				  path);
	if (!failed && gather_all(flows))
		failed = no_memory(&reading);
	if (failed)
		sqz_packet_flows_free(flows);
	return failed;
}

void sqz_packet_flows_free(struct sqz_packet_flows *flows)
{
	for (unsigned kind = 0; kind < SQZ_GROUP_KINDS; kind++) {
		struct sqz_packet_groups *groups = &flows->groups[kind];
		for (size_t i = 0; i < groups->count; i++)
			histogram_free(&groups->all[i].latency_ns);
		free(groups->all);
	}
	for (size_t i = 0; i < flows->type_count; i++)
		free(flows->types[i]);
	free(flows->types);
	*flows = (struct sqz_packet_flows){ 0 };
}
