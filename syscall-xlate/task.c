/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* task.c - see task.h. */
#include "syscall-xlate/task.h"

__thread struct task *current_task __attribute__((tls_model("local-exec")));
const struct task_ops *task_ops;
