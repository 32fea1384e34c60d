# A vectored trap table. Every entry records its slot and the trap's CSRs in
# trap_log; exceptions then skip the instruction (4 bytes), interrupts call
# take_interrupt(cause), which silences their source.
	.text
	.globl	vectors
	.align	6
	.option	push
	.option	norvc
vectors:
	.irp	slot, 0,1,2,3,4,5,6,7,8,9,10,11
	j	slot_\slot
	.endr
	.irp	slot, 0,1,2,3,4,5,6,7,8,9,10,11
slot_\slot:
	csrw	mscratch, t0
	li	t0, \slot
	j	common
	.endr
	.option	pop

common:
	addi	sp, sp, -160
	sd	ra, 0(sp)
	sd	t1, 8(sp)
	sd	t2, 16(sp)
	sd	a0, 24(sp)
	sd	a1, 32(sp)
	sd	a2, 40(sp)
	sd	a3, 48(sp)
	sd	a4, 56(sp)
	sd	a5, 64(sp)
	sd	a6, 72(sp)
	sd	a7, 80(sp)
	sd	t3, 88(sp)
	sd	t4, 96(sp)
	sd	t5, 104(sp)
	sd	t6, 112(sp)
	csrr	t1, mscratch
	sd	t1, 120(sp)
	csrr	t1, mepc
	sd	t1, 128(sp)
	csrr	t1, mstatus
	sd	t1, 136(sp)
	la	t1, trap_log
	sd	t0, 0(t1)
	csrr	a0, mcause
	sd	a0, 8(t1)
	csrr	t2, mepc
	sd	t2, 16(t1)
	csrr	t2, mtval
	sd	t2, 24(t1)
	csrr	t2, mstatus
	sd	t2, 32(t1)
	ld	t2, 40(t1)
	addi	t2, t2, 1
	sd	t2, 40(t1)
	bltz	a0, 1f
	call	take_exception
	ld	t2, 128(sp)
	addi	t2, t2, 4
	sd	t2, 128(sp)
	j	2f
1:	call	take_interrupt
2:	ld	t1, 136(sp)	# a nested trap has overwritten these
	csrw	mstatus, t1
	ld	t1, 128(sp)
	csrw	mepc, t1
	ld	t0, 120(sp)
	ld	ra, 0(sp)
	ld	t1, 8(sp)
	ld	t2, 16(sp)
	ld	a0, 24(sp)
	ld	a1, 32(sp)
	ld	a2, 40(sp)
	ld	a3, 48(sp)
	ld	a4, 56(sp)
	ld	a5, 64(sp)
	ld	a6, 72(sp)
	ld	a7, 80(sp)
	ld	t3, 88(sp)
	ld	t4, 96(sp)
	ld	t5, 104(sp)
	ld	t6, 112(sp)
	addi	sp, sp, 160
	mret
