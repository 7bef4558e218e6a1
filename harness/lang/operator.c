#include "harness/lang/test.h"

const Operator binary_operators[BINARY_COUNT] = {
    [BINARY_LOGICAL_OR] = {"||", PRECEDENCE_LOOSEST, true},
    [BINARY_LOGICAL_AND] = {"&&", 2, true},
    [BINARY_OR] = {"|", 3, false},
    [BINARY_XOR] = {"^", 4, false},
    [BINARY_AND] = {"&", 5, false},
    [BINARY_EQUAL] = {"==", 6, false},
    [BINARY_NOT_EQUAL] = {"!=", 6, false},
    [BINARY_LESS] = {"<", 7, false},
    [BINARY_LESS_EQUAL] = {"<=", 7, false},
    [BINARY_GREATER] = {">", 7, false},
    [BINARY_GREATER_EQUAL] = {">=", 7, false},
    [BINARY_SHIFT_LEFT] = {"<<", 8, false},
    [BINARY_SHIFT_RIGHT] = {">>", 8, false},
    [BINARY_ADD] = {"+", PRECEDENCE_ADDITIVE, false},
    [BINARY_SUBTRACT] = {"-", PRECEDENCE_ADDITIVE, false},
    [BINARY_MULTIPLY] = {"*", 10, false},
    [BINARY_DIVIDE] = {"/", 10, false},
    [BINARY_REMAINDER] = {"%", 10, false},
};
