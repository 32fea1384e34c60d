/* Instruction words for the tests, by format. */
#ifndef SQZ_TESTS_MODELS_CPU_RV_H
#define SQZ_TESTS_MODELS_CPU_RV_H

#include <stdint.h>

/* Macros, so that tables can be made of them. */
#define rv_i(opcode, funct3, rd, rs1, imm)                                     \
	((uint32_t)(imm) << 20 | (uint32_t)(rs1) << 15 |                       \
	 (uint32_t)(funct3) << 12 | (uint32_t)(rd) << 7 | (opcode))
#define rv_s(funct3, rs2, rs1, imm)                                            \
	(((uint32_t)(imm) >> 5 & 127) << 25 | (uint32_t)(rs2) << 20 |          \
	 (uint32_t)(rs1) << 15 | (uint32_t)(funct3) << 12 |                    \
	 ((uint32_t)(imm)&31) << 7 | 0x23)
#define rv_b(funct3, rs1, rs2, offset)                                         \
	(((uint32_t)(offset) >> 12 & 1) << 31 |                                \
	 ((uint32_t)(offset) >> 5 & 63) << 25 | (uint32_t)(rs2) << 20 |        \
	 (uint32_t)(rs1) << 15 | (uint32_t)(funct3) << 12 |                    \
	 ((uint32_t)(offset) >> 1 & 15) << 8 |                                 \
	 ((uint32_t)(offset) >> 11 & 1) << 7 | 0x63)
#define rv_jal(rd, offset)                                                     \
	(((uint32_t)(offset) >> 20 & 1) << 31 |                                \
	 ((uint32_t)(offset) >> 1 & 1023) << 21 |                              \
	 ((uint32_t)(offset) >> 11 & 1) << 20 |                                \
	 ((uint32_t)(offset) >> 12 & 255) << 12 | (uint32_t)(rd) << 7 | 0x6f)

#define RV_ADDI(rd, rs1, imm) rv_i(0x13, 0, rd, rs1, imm)
#define RV_NOP		      RV_ADDI(0, 0, 0)
#define RV_LB(rd, imm, rs1)   rv_i(0x03, 0, rd, rs1, imm)
#define RV_LW(rd, imm, rs1)   rv_i(0x03, 2, rd, rs1, imm)
#define RV_LD(rd, imm, rs1)   rv_i(0x03, 3, rd, rs1, imm)
#define RV_SB(rs2, imm, rs1)  rv_s(0, rs2, rs1, imm)
#define RV_SW(rs2, imm, rs1)  rv_s(2, rs2, rs1, imm)
#define RV_SD(rs2, imm, rs1)  rv_s(3, rs2, rs1, imm)
#define RV_MUL(rd, rs1, rs2)                                                   \
	(0x02000033u | (rs2) << 20 | (rs1) << 15 | (rd) << 7)
#define RV_DIV(rd, rs1, rs2)                                                   \
	(0x02004033u | (rs2) << 20 | (rs1) << 15 | (rd) << 7)
#define RV_BEQ(rs1, rs2, offset) rv_b(0, rs1, rs2, offset)
#define RV_BNE(rs1, rs2, offset) rv_b(1, rs1, rs2, offset)
#define RV_JAL(rd, offset)	 rv_jal(rd, offset)
#define RV_JALR(rd, rs1)	 rv_i(0x67, 0, rd, rs1, 0)
#define RV_CSRRW(rd, csr, rs1)	 rv_i(0x73, 1, rd, rs1, csr)
#define RV_CSRRS(rd, csr, rs1)	 rv_i(0x73, 2, rd, rs1, csr)
#define RV_CSRRC(rd, csr, rs1)	 rv_i(0x73, 3, rd, rs1, csr)
#define RV_CSRRWI(rd, csr, imm)	 rv_i(0x73, 5, rd, imm, csr)
#define RV_CSRRSI(rd, csr, imm)	 rv_i(0x73, 6, rd, imm, csr)
#define RV_CSRRCI(rd, csr, imm)	 rv_i(0x73, 7, rd, imm, csr)
#define RV_LR_W(rd, rs1)	 (0x1000202fu | (rs1) << 15 | (rd) << 7)
#define RV_LR_D(rd, rs1)	 (0x1000302fu | (rs1) << 15 | (rd) << 7)
#define RV_SC_W(rd, rs2, rs1)                                                  \
	(0x1800202fu | (rs2) << 20 | (rs1) << 15 | (rd) << 7)
#define RV_SC_D(rd, rs2, rs1)                                                  \
	(0x1800302fu | (rs2) << 20 | (rs1) << 15 | (rd) << 7)
#define RV_AMOADD_W(rd, rs2, rs1)                                              \
	(0x0000202fu | (rs2) << 20 | (rs1) << 15 | (rd) << 7)
#define RV_ECALL    0x00000073u
#define RV_EBREAK   0x00100073u
#define RV_MRET	    0x30200073u
#define RV_WFI	    0x10500073u
#define RV_FENCE    0x0ff0000fu
#define RV_FENCE_I  0x0000100fu
#define RV_C_EBREAK 0x9002u

enum {
	CSR_MSTATUS = 0x300,
	CSR_MISA = 0x301,
	CSR_MIE = 0x304,
	CSR_MTVEC = 0x305,
	CSR_MCOUNTINHIBIT = 0x320,
	CSR_MSCRATCH = 0x340,
	CSR_MEPC = 0x341,
	CSR_MCAUSE = 0x342,
	CSR_MTVAL = 0x343,
	CSR_MIP = 0x344,
	CSR_PMPCFG0 = 0x3a0,
	CSR_PMPADDR0 = 0x3b0,
	CSR_TSELECT = 0x7a0,
	CSR_TDATA1 = 0x7a1,
	CSR_MCYCLE = 0xb00,
	CSR_MINSTRET = 0xb02,
	CSR_MHPMCOUNTER3 = 0xb03,
	CSR_CYCLE = 0xc00,
	CSR_TIME = 0xc01,
	CSR_INSTRET = 0xc02,
	CSR_MVENDORID = 0xf11,
	CSR_MHARTID = 0xf14,
};

#endif
