# void sandbox_run(struct sandbox *a0, const void *a1)
	.equ	CAUSE, 256
	.equ	HOST, 280
	.text
	.globl	sandbox_run
	.align	2
sandbox_run:
	sd	ra, HOST+0(a0)
	sd	sp, HOST+8(a0)
	sd	gp, HOST+16(a0)
	sd	tp, HOST+24(a0)
	sd	s0, HOST+32(a0)
	sd	s1, HOST+40(a0)
	sd	s2, HOST+48(a0)
	sd	s3, HOST+56(a0)
	sd	s4, HOST+64(a0)
	sd	s5, HOST+72(a0)
	sd	s6, HOST+80(a0)
	sd	s7, HOST+88(a0)
	sd	s8, HOST+96(a0)
	sd	s9, HOST+104(a0)
	sd	s10, HOST+112(a0)
	sd	s11, HOST+120(a0)
	csrw	mscratch, a0
	la	t0, 1f
	csrw	mtvec, t0
	csrw	mepc, a1
	li	t0, 0x1800	# mret stays in machine mode
	csrs	mstatus, t0
	.irp	r, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld	x\r, 8*\r(a0)
	.endr
	ld	a0, 80(a0)
	mret

	.align	2
1:	csrrw	a0, mscratch, a0
	.irp	r, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\r, 8*\r(a0)
	.endr
	csrr	t0, mscratch
	sd	t0, 80(a0)
	csrr	t0, mcause
	sd	t0, CAUSE+0(a0)
	csrr	t0, mepc
	sd	t0, CAUSE+8(a0)
	csrr	t0, mtval
	sd	t0, CAUSE+16(a0)
	ld	ra, HOST+0(a0)
	ld	sp, HOST+8(a0)
	ld	gp, HOST+16(a0)
	ld	tp, HOST+24(a0)
	ld	s0, HOST+32(a0)
	ld	s1, HOST+40(a0)
	ld	s2, HOST+48(a0)
	ld	s3, HOST+56(a0)
	ld	s4, HOST+64(a0)
	ld	s5, HOST+72(a0)
	ld	s6, HOST+80(a0)
	ld	s7, HOST+88(a0)
	ld	s8, HOST+96(a0)
	ld	s9, HOST+104(a0)
	ld	s10, HOST+112(a0)
	ld	s11, HOST+120(a0)
	ret
