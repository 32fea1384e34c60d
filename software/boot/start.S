/*
 * Reset: the first instruction of the program, at the beginning of DRAM.
 *
 * One hart runs; others (QEMU with -smp) sleep. The ELF file is loaded to where
 * it runs, so data need no copying. Then: trap vector, stack, thread pointer
 * (picolibc keeps errno in thread-local storage), zeroed .bss, the board, main.
 */
	.section .text.start, "ax"
	.global _start
	.type _start, @function
_start:
	csrw mie, zero
	csrci mstatus, 8
	csrr t0, mhartid
	bnez t0, park

	.option push
	.option norelax
	la gp, __global_pointer$
	.option pop
	la sp, __stack_end
	la tp, __tls_start
	la t0, sqz_trap_entry
	csrw mtvec, t0

	la t0, __zero_start
	la t1, __zero_end
zero:
	bgeu t0, t1, go
	sd zero, 0(t0)
	addi t0, t0, 8
	j zero

go:
	call sqz_board_init
	call main
	call exit
park:
	wfi
	j park
	.size _start, . - _start
