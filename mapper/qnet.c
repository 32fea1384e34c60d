#include "qnet.h"

#include <stdlib.h>
#include <string.h>

void sqz_qlayer_drop_numbers(struct sqz_qlayer *layer)
{
	free(layer->weights);
	free(layer->weight_scale);
	free(layer->bias);
	free(layer->scale);
	free(layer->residual_scale);
	free(layer->average);
	layer->weights = NULL;
	layer->weight_scale = NULL;
	layer->bias = NULL;
	layer->scale = NULL;
	layer->residual_scale = NULL;
	layer->average = NULL;
}

static void layer_free(struct sqz_qlayer *layer)
{
	sqz_qlayer_drop_numbers(layer);
	free(layer->name);
	free(layer->input_means);
}

void sqz_qnet_free(struct sqz_qnet *net)
{
	for (uint32_t i = 0; i < net->layer_count; i++)
		layer_free(&net->layers[i]);
	free(net->layers);
	free(net->tensors);
	*net = (struct sqz_qnet){ 0 };
}

/* Replaces the array behind *array by a copy; *ok stays false once false. */
static void duplicate(void *array, size_t count, size_t size, int *ok)
{
	void *source, *copy = NULL;

	memcpy(&source, array, sizeof(source));
	if (source && *ok) {
		copy = malloc(count ? count * size : 1);
		if (copy)
			memcpy(copy, source, count * size);
		else
			*ok = 0;
	}
	memcpy(array, &copy, sizeof(copy));
}

static void layer_copy(const struct sqz_qnet *net, struct sqz_qlayer *layer,
		       int *ok)
{
	size_t channels = sqz_qlayer_out_channels(net, layer);

	duplicate(&layer->name, strlen(layer->name) + 1, 1, ok);
	duplicate(&layer->weights, layer->weight_count, sizeof(*layer->weights),
		  ok);
	duplicate(&layer->weight_scale, channels, sizeof(*layer->weight_scale),
		  ok);
	duplicate(&layer->bias, channels, sizeof(*layer->bias), ok);
	if (layer->kind == SQZ_STEP_MVM)
		duplicate(&layer->input_means,
			  (size_t)layer->groups *
			      sqz_qlayer_group_rows(net, layer),
			  sizeof(*layer->input_means), ok);
	duplicate(&layer->scale, sqz_qlayer_written(net, layer),
		  sizeof(*layer->scale), ok);
	duplicate(&layer->residual_scale, channels,
		  sizeof(*layer->residual_scale), ok);
	duplicate(&layer->average, layer->average_count,
		  sizeof(*layer->average), ok);
}

int sqz_qnet_copy(const struct sqz_qnet *net, struct sqz_qnet *copy,
		  struct sqz_error *err)
{
	int ok = 1;

	*copy = *net;
	duplicate(&copy->tensors, net->tensor_count, sizeof(*net->tensors),
		  &ok);
	duplicate(&copy->layers, net->layer_count, sizeof(*net->layers), &ok);
	if (!ok) {
		copy->layer_count = 0;
	} else {
		for (uint32_t i = 0; i < copy->layer_count; i++)
			layer_copy(net, &copy->layers[i], &ok);
	}
	if (ok)
		return 0;
	sqz_qnet_free(copy);
	return sqz_fail(err, "out of memory for a network of %u layers",
			net->layer_count);
}

uint32_t sqz_qlayer_group_rows(const struct sqz_qnet *net,
			       const struct sqz_qlayer *layer)
{
	return net->tensors[layer->input].channels / layer->groups *
	       layer->kernel_h * layer->kernel_w;
}

uint32_t sqz_qlayer_out_channels(const struct sqz_qnet *net,
				 const struct sqz_qlayer *layer)
{
	return net->tensors[layer->output].channels;
}

uint32_t sqz_qlayer_positions(const struct sqz_qnet *net,
			      const struct sqz_qlayer *layer)
{
	const struct sqz_qtensor *out = &net->tensors[layer->output];

	return out->height * out->width;
}

uint32_t sqz_qlayer_written(const struct sqz_qnet *net,
			    const struct sqz_qlayer *layer)
{
	uint32_t tensor =
	    layer->kind == SQZ_STEP_COPY ? layer->input : layer->output;

	return net->tensors[tensor].channels;
}

const char *sqz_step_kind_name(enum sqz_step_kind kind)
{
	static const char *const names[SQZ_STEP_KINDS] = {
		[SQZ_STEP_MVM] = "mvm",		[SQZ_STEP_MAXPOOL] = "maxpool",
		[SQZ_STEP_AVGPOOL] = "avgpool", [SQZ_STEP_ADD] = "add",
		[SQZ_STEP_COPY] = "copy",
	};

	if ((unsigned)kind >= SQZ_STEP_KINDS || !names[kind])
		return "unknown";
	return names[kind];
}
