#include "runtime/feed.h"

void sqz_feed_start(struct sqz_feed *feed, struct sqz_ring *ring,
		    sqz_feed_make make, void *owner, uint32_t count)
{
	*feed = (struct sqz_feed){
		.ring = ring,
		.make = make,
		.owner = owner,
		.end = count,
	};
	sqz_request_init(&feed->request);
}

/* The end, and now and then on the way, so that the ring is filled again before
 * it has run dry. */
static bool is_to_interrupt(const struct sqz_feed *feed)
{
	uint32_t half = feed->ring->config.entries / 2;

	return feed->next == feed->end - 1 || feed->next % half == half - 1;
}

static void submit_next(struct sqz_feed *feed)
{
	struct sqz_desc desc = feed->make(feed->owner, feed->next);
	enum sqz_result result;

	if (is_to_interrupt(feed))
		desc.flags |= SQZ_DESC_F_IRQ;
	feed->next++;
	result = sqz_ring_submit(feed->ring, &desc, &feed->request);
	if (result != SQZ_SUCCESS)
		feed->request.result = result;
}

void sqz_feed_pump(struct sqz_feed *feed)
{
	sqz_request_poll(feed->ring, &feed->request);
	while (feed->next < feed->end && feed->request.result == SQZ_SUCCESS &&
	       sqz_ring_has_room(feed->ring))
		submit_next(feed);
}

bool sqz_feed_is_done(const struct sqz_feed *feed)
{
	return feed->request.pending == 0 &&
	       (feed->next == feed->end || feed->request.result != SQZ_SUCCESS);
}

void sqz_feed_cancel(struct sqz_feed *feed)
{
	if (sqz_feed_is_done(feed))
		return;
	sqz_request_give_up(feed->ring, &feed->request, SQZ_ETIMEDOUT);
	/* Also if nothing was open. */
	if (feed->request.result == SQZ_SUCCESS)
		feed->request.result = SQZ_ETIMEDOUT;
}
