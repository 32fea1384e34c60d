#include "runtime/session.h"

#include <string.h>

#include "sqz/memmap.h"

static enum sqz_result name_part(struct sqz_failure *failure,
				 enum sqz_result result, const char *part)
{
	if (result != SQZ_SUCCESS)
		sqz_failure_set(failure, result, SQZ_NO_NODE, 0, part);
	return result;
}

static enum sqz_result open_device(struct sqz_session *session,
				   struct sqz_failure *failure)
{
	return name_part(
	    failure, sqz_device_probe(&session->device, SQZ_CONTROLLER_BASE),
	    "");
}

static enum sqz_result open_ring(struct sqz_session *session,
				 struct sqz_failure *failure)
{
	struct sqz_ring_config config = sqz_ring_default_config(0);

	/* Room for an inference of most networks at once. */
	config.entries = SQZ_RING_MAX_ENTRIES;
	return name_part(
	    failure, sqz_ring_open(&session->ring, &session->device, &config),
	    "ring 0");
}

static enum sqz_result open_mailbox(struct sqz_session *session,
				    struct sqz_failure *failure)
{
	return name_part(failure,
			 sqz_mailbox_open(&session->mailbox, SQZ_MAILBOX_BASE),
			 "mailbox");
}

static enum sqz_result open_image(struct sqz_session *session,
				  struct sqz_failure *failure)
{
	const struct sqz_mailbox *mailbox = &session->mailbox;
	struct sqz_image_place place;

	if (sqz_image_find(mailbox->image, mailbox->image_bytes, &place) !=
	    SQZ_SUCCESS)
		return sqz_failure_set(failure, SQZ_EIMAGE, SQZ_NO_NODE,
				       mailbox->image, "none in memory");
	return sqz_image_open(&session->image, &place, failure);
}

static enum sqz_result open_network(struct sqz_session *session,
				    struct sqz_failure *failure)
{
	struct sqz_network_config config = sqz_network_default_config();
	struct sqz_network *network = &session->network;
	enum sqz_result result;

	config.contexts = session->mailbox.in_flight;
	result = sqz_network_open(network, &session->device, &session->ring,
				  &session->image, &config, failure);
	if (result == SQZ_SUCCESS &&
	    network->input_bytes != session->mailbox.input_bytes)
		return sqz_failure_set(failure, SQZ_EIMAGE, SQZ_NO_NODE, 0,
				       "size of the mailbox's inputs");
	return result;
}

enum sqz_result sqz_session_open(struct sqz_session *session,
				 struct sqz_failure *failure)
{
	static enum sqz_result (*const parts[])(struct sqz_session *,
						struct sqz_failure *) = {
		open_device, open_ring, open_mailbox, open_image, open_network,
	};
	enum sqz_result result = SQZ_SUCCESS;

	memset(session, 0, sizeof(*session));
	for (unsigned i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		result = parts[i](session, failure);
		if (result != SQZ_SUCCESS)
			break;
	}
	return result;
}
