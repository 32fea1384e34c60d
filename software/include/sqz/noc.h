/* What mapper and platform must agree on about packets on the network. */
#ifndef SQZ_NOC_H
#define SQZ_NOC_H

/* Every packet starts with this many bytes before its payload. */
#define SQZ_PACKET_HEADER_BYTES 16

#endif
