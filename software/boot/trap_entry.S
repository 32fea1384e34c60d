/*
 * Every trap enters here: saves what a C function may change, calls
 * sqz_trap(mcause, mepc, mtval), returns to where the hart was.
 */
	.equ FRAME_BYTES, 128

	.macro for_each_register instruction
	\instruction ra, 0(sp)
	\instruction t0, 8(sp)
	\instruction t1, 16(sp)
	\instruction t2, 24(sp)
	\instruction a0, 32(sp)
	\instruction a1, 40(sp)
	\instruction a2, 48(sp)
	\instruction a3, 56(sp)
	\instruction a4, 64(sp)
	\instruction a5, 72(sp)
	\instruction a6, 80(sp)
	\instruction a7, 88(sp)
	\instruction t3, 96(sp)
	\instruction t4, 104(sp)
	\instruction t5, 112(sp)
	\instruction t6, 120(sp)
	.endm

	/* The same for debuggers: where what was interrupted has its values. */
	.macro cfi_for_each_register
	.cfi_offset ra, -128
	.cfi_offset t0, -120
	.cfi_offset t1, -112
	.cfi_offset t2, -104
	.cfi_offset a0, -96
	.cfi_offset a1, -88
	.cfi_offset a2, -80
	.cfi_offset a3, -72
	.cfi_offset a4, -64
	.cfi_offset a5, -56
	.cfi_offset a6, -48
	.cfi_offset a7, -40
	.cfi_offset t3, -32
	.cfi_offset t4, -24
	.cfi_offset t5, -16
	.cfi_offset t6, -8
	.endm
	.cfi_sections .debug_frame

	.section .text.trap, "ax"
	.balign 4
	.global sqz_trap_entry
	.type sqz_trap_entry, @function
sqz_trap_entry:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_return_column mepc /* where it returns to */
	addi sp, sp, -FRAME_BYTES
	.cfi_def_cfa_offset FRAME_BYTES
	for_each_register sd
	cfi_for_each_register
	csrr a0, mcause
	csrr a1, mepc
	csrr a2, mtval
	call sqz_trap
	for_each_register ld
	addi sp, sp, FRAME_BYTES
	mret
	.cfi_endproc
	.size sqz_trap_entry, . - sqz_trap_entry

/* Where mtvec points while a fatal trap is being reported: a trap in there
 * (a lost stack, say) ends the run by the finisher, without memory or stack. */
	.balign 4
	.global sqz_trap_again
	.type sqz_trap_again, @function
sqz_trap_again:
	li t0, 0x100000
	li t1, (33 << 16) | 0x3333
	sw t1, 0(t0)
	j sqz_trap_again
	.size sqz_trap_again, . - sqz_trap_again
