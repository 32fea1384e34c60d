#include "runtime/fit.h"

#include <stddef.h>

/* What the chip has less than the image was placed on, or NULL. */
static const char *node_lacks(const struct sqz_node_entry *chip,
			      const struct sqz_node_entry *image)
{
	if (chip->kind != image->kind)
		return "kind of node";
	if (chip->slots < image->slots)
		return "step slots";
	if (chip->arrays < image->arrays)
		return "arrays";
	if (chip->memory_kib < image->memory_kib)
		return "memory";
	return NULL;
}

static enum sqz_result check_nodes(const struct sqz_image *image,
				   const struct sqz_device *device,
				   struct sqz_failure *failure)
{
	if (image->network->mesh_width != device->caps.mesh_width ||
	    image->network->mesh_height != device->caps.mesh_height)
		return sqz_failure_set(failure, SQZ_EMESH, SQZ_NO_NODE, 0,
				       "size of the mesh");
	for (unsigned i = 0; i < device->caps.nodes; i++) {
		const char *lack =
		    node_lacks(&device->nodes[i], &image->nodes[i]);

		if (lack)
			return sqz_failure_set(failure, SQZ_EMESH, i,
					       device->nodes[i].window, lack);
	}
	return SQZ_SUCCESS;
}

/* Tensors lie in DRAM or in buffers; the image has the kinds of our chip. */
static enum sqz_result check_tensors(const struct sqz_image *image,
				     const struct sqz_device *device,
				     struct sqz_failure *failure)
{
	for (uint32_t i = 0; i < image->network->tensors; i++) {
		uint32_t node = image->tensors[i].node;

		if (node != SQZ_TENSOR_IN_DRAM &&
		    !sqz_device_node(device, node, SQZ_NODE_BUFFER))
			return sqz_failure_set(failure, SQZ_EMESH, node, i,
					       "tensor outside the buffers");
	}
	return SQZ_SUCCESS;
}

enum sqz_result sqz_image_check_fit(const struct sqz_image *image,
				    const struct sqz_device *device,
				    struct sqz_failure *failure)
{
	enum sqz_result result = check_nodes(image, device, failure);

	if (result == SQZ_SUCCESS)
		result = check_tensors(image, device, failure);
	return result;
}
