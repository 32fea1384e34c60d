#!/bin/sh
# Logits must be the same bytes with plain kernels, with each vector width and
# with two threads.
#
# compare_levels.sh FLOAT_LOGITS NETWORK.onnx
set -eu
tool=$1
network=$2
dataset=/usr/share/datasets/fashion-mnist

if [ ! -r $dataset/t10k-images-idx3-ubyte.gz ]; then
	echo "SKIP: dataset-fashion-mnist is not installed"
	exit 77
fi

plain=$(SQZ_CPU=baseline "$tool" "$network" $dataset 0 50 1)
for level in baseline avx2 best; do
	other=$(SQZ_CPU=$level "$tool" "$network" $dataset 0 50 2)
	if [ "$plain" != "$other" ]; then
		echo "SQZ_CPU=$level gives other logits than baseline"
		exit 1
	fi
done
