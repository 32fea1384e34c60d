# Start-up of the guest programs: registers, bss, a trap handler that ends the
# run with code 255, main, and the finisher with main's result.
	.section .text.start, "ax"
	.globl _start
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	la	sp, __stack
	la	tp, __tls
	la	t0, unexpected
	csrw	mtvec, t0
	la	t0, __bss
	la	t1, __bss_end
1:	bgeu	t0, t1, 2f
	sd	zero, 0(t0)
	addi	t0, t0, 8
	j	1b
2:	call	main
	.globl	finish
finish:			# a0: exit code; 0 is a pass
	li	t0, 0x100000
	li	t1, 0x5555
	beqz	a0, 3f
	slli	a0, a0, 16
	li	t1, 0x3333
	or	t1, t1, a0
3:	sw	t1, 0(t0)
	j	3b
	.align	2
unexpected:
	li	a0, 255
	j	finish
