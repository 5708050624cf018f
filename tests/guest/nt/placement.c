/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where threads and processes run, and how urgent they are: what is set before
 * a thread runs holds when it does, only processes hand it down, and what one
 * process sets in another both of them see.
 */
#include "check.h"

#include <stdlib.h>
#include <windows.h>

static DWORD_PTR all, first, second;
static DWORD second_number;

static DWORD mask_to_number(DWORD_PTR mask)
{
	DWORD n = 0;

	while (!(mask >> n & 1))
		n++;
	return n;
}

static DWORD WINAPI elsewhere(void *arg)
{
	DWORD wrong = 0;

	for (int i = 0; i < 2000; i++) {
		wrong += GetCurrentProcessorNumber() != second_number;
		if (!(i % 100))
			Sleep(0);
	}
	return wrong;
}

static DWORD join(HANDLE th)
{
	DWORD code = ~0u;

	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CloseHandle(th);
	return code;
}

static void set_before_it_runs(void)
{
	HANDLE th = CreateThread(NULL, 0, elsewhere, NULL, CREATE_SUSPENDED,
				 NULL);

	CHECK_EQ(SetThreadAffinityMask(th, second), all);
	CHECK(SetThreadPriority(th, THREAD_PRIORITY_LOWEST));
	CHECK_EQ(GetThreadPriority(th), THREAD_PRIORITY_LOWEST);
	/* Nothing of it is ours. */
	CHECK_EQ(GetThreadPriority(GetCurrentThread()), 0);
	ResumeThread(th);
	CHECK_EQ(join(th), 0);

	/* And right after it has begun, or not. */
	for (int i = 0; i < 50; i++) {
		th = CreateThread(NULL, 0, elsewhere, NULL, CREATE_SUSPENDED,
				  NULL);
		ResumeThread(th);
		CHECK_EQ(SetThreadAffinityMask(th, second), all);
		CHECK_EQ(SetThreadAffinityMask(th, second), second);
		join(th); /* the first few may have been anywhere */
	}
}

#define WANDERERS 48

static volatile LONG moved;

static DWORD WINAPI wander(void *arg)
{
	ULONGLONG end = GetTickCount64() + 60000;
	GROUP_AFFINITY where = { 0 };

	while (!moved && GetTickCount64() < end)
		if (GetCurrentProcessorNumber() == second_number) {
			moved = 1;
			SetEvent(arg);
		}
	GetThreadGroupAffinity(GetCurrentThread(), &where);
	return (DWORD)where.Mask;
}

/*
 * A thread is not where the one that made it has to be. On a busy host one
 * thread may stay on the first processor for long, as both have as much to
 * do; so there are more of them until the second one takes one.
 */
static void not_inherited_by_threads(void)
{
	HANDLE th[WANDERERS], seen = CreateEventA(NULL, TRUE, FALSE, NULL);
	int n = 0;

	CHECK_EQ(SetThreadAffinityMask(GetCurrentThread(), first), all);
	do
		th[n++] = CreateThread(NULL, 0, wander, seen, 0, NULL);
	while (n < WANDERERS &&
	       WaitForSingleObject(seen, 200) == WAIT_TIMEOUT);
	WaitForSingleObject(seen, 60000);
	CHECK(moved);
	moved = 1;
	while (n)
		CHECK_EQ(join(th[--n]), all);
	CloseHandle(seen);
}

struct child {
	PROCESS_INFORMATION pi;
	HANDLE ready, go;
};

static void begin(struct child *c, const char *what, DWORD flags)
{
	STARTUPINFOA si = { .cb = sizeof si };
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	char self[MAX_PATH], line[MAX_PATH + 80];

	GetModuleFileNameA(NULL, self, sizeof self);
	c->ready = CreateEventA(&sa, TRUE, FALSE, NULL);
	c->go = CreateEventA(&sa, TRUE, FALSE, NULL);
	snprintf(line, sizeof line, "\"%s\" %s %lu %lu %lu", self, what,
		 (unsigned long)(ULONG_PTR)c->ready,
		 (unsigned long)(ULONG_PTR)c->go, (unsigned long)all);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL,
			     &si, &c->pi));
}

static void end(struct child *c)
{
	DWORD code = ~0u;

	SetEvent(c->go);
	CHECK_EQ(WaitForSingleObject(c->pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(c->pi.hProcess, &code);
	CHECK_EQ(code, 0);
	CloseHandle(c->pi.hProcess);
	CloseHandle(c->pi.hThread);
	CloseHandle(c->ready);
	CloseHandle(c->go);
}

static DWORD_PTR mask_of(HANDLE process)
{
	DWORD_PTR mine = 0, machine = 0;

	CHECK(GetProcessAffinityMask(process, &mine, &machine));
	CHECK_EQ(machine, all);
	return mine;
}

static DWORD WINAPI own_mask(void *arg)
{
	GROUP_AFFINITY where = { 0 };

	GetThreadGroupAffinity(GetCurrentThread(), &where);
	return (DWORD)where.Mask;
}

static DWORD of_new_thread(void)
{
	return join(CreateThread(NULL, 0, own_mask, NULL, 0, NULL));
}

/* The child: 0 if it is as the name says. */
static int child(char **argv)
{
	HANDLE ready = (HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 10);
	HANDLE go = (HANDLE)(ULONG_PTR)strtoul(argv[3], NULL, 10);
	struct child grandchild;

	all = strtoul(argv[4], NULL, 10);
	first = all & -all;
	SetEvent(ready);
	WaitForSingleObject(go, INFINITE);
	if (!strcmp(argv[1], "everywhere")) {
		CHECK_EQ(mask_of(GetCurrentProcess()), all);
		CHECK_EQ(GetPriorityClass(GetCurrentProcess()),
			 NORMAL_PRIORITY_CLASS);
	} else if (!strcmp(argv[1], "bound")) {
		CHECK_EQ(mask_of(GetCurrentProcess()), first);
		CHECK_EQ(of_new_thread(), first);
		CHECK_EQ(GetPriorityClass(GetCurrentProcess()),
			 IDLE_PRIORITY_CLASS);
		CHECK_EQ(GetThreadPriority(GetCurrentThread()), 0);
		begin(&grandchild, "inherits", 0);
		end(&grandchild);
	} else {
		CHECK_EQ(mask_of(GetCurrentProcess()), first);
		CHECK_EQ(GetPriorityClass(GetCurrentProcess()),
			 IDLE_PRIORITY_CLASS);
	}
	return check_done();
}

static void of_processes(void)
{
	struct child c;
	HANDLE weak;

	/* This thread still has to be on the first processor. */
	begin(&c, "everywhere", 0);
	CHECK_EQ(mask_of(c.pi.hProcess), all);
	end(&c);

	begin(&c, "bound", CREATE_SUSPENDED);
	CHECK(SetProcessAffinityMask(c.pi.hProcess, first));
	CHECK(SetPriorityClass(c.pi.hProcess, IDLE_PRIORITY_CLASS));
	CHECK_EQ(mask_of(c.pi.hProcess), first);
	ResumeThread(c.pi.hThread);
	end(&c);

	begin(&c, "bound", 0);
	CHECK_EQ(WaitForSingleObject(c.ready, 60000), WAIT_OBJECT_0);
	CHECK(DuplicateHandle(GetCurrentProcess(), c.pi.hProcess,
			      GetCurrentProcess(), &weak,
			      PROCESS_QUERY_INFORMATION, FALSE, 0));
	CHECK(!SetPriorityClass(weak, IDLE_PRIORITY_CLASS));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!SetProcessAffinityMask(weak, first));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK_EQ(mask_of(weak), all);
	CHECK(SetProcessAffinityMask(c.pi.hProcess, first));
	CHECK(SetPriorityClass(c.pi.hProcess, IDLE_PRIORITY_CLASS));
	CHECK_EQ(GetPriorityClass(weak), IDLE_PRIORITY_CLASS);
	CHECK_EQ(mask_of(weak), first);
	CloseHandle(weak);
	end(&c);
}

int main(int argc, char **argv)
{
	DWORD_PTR mine;

	if (argc > 4)
		return child(argv);
	CHECK(GetProcessAffinityMask(GetCurrentProcess(), &mine, &all));
	CHECK_EQ(mine, all);
	first = all & -all;
	second = (all ^ first) & -(all ^ first);
	if (!second) {
		printf("only one processor\n");
		return check_done();
	}
	second_number = mask_to_number(second);
	set_before_it_runs();
	not_inherited_by_threads();
	of_processes();
	return check_done();
}
