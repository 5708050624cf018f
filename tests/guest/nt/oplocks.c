/*
 * Opportunistic locks: requests that cannot be granted, answers to breaks that
 * there are not.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <string.h>

#include "../lib/check.h"

static char name[MAX_PATH];

static HANDLE open_it(DWORD flags)
{
	HANDLE h = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING,
			       flags, NULL);

	CHECK(h != INVALID_HANDLE_VALUE);
	return h;
}

/* The error, 0: done; a granted one is pending, and ended. */
static DWORD control(HANDLE h, DWORD code, void *in, DWORD n, DWORD room)
{
	char out[64];
	OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	DWORD got, error = 0;

	if (!DeviceIoControl(h, code, in, n, room ? out : NULL, room, &got, &o))
		error = GetLastError();
	if (error == ERROR_IO_PENDING) {
		CancelIo(h);
		GetOverlappedResult(h, &o, &got, TRUE);
	}
	CloseHandle(o.hEvent);
	return error;
}

static DWORD request(HANDLE h, WORD version, DWORD level, DWORD flags)
{
	REQUEST_OPLOCK_INPUT_BUFFER in = { version, sizeof in, level, flags };

	return control(h, FSCTL_REQUEST_OPLOCK, &in, sizeof in,
		       sizeof(REQUEST_OPLOCK_OUTPUT_BUFFER));
}

int main(void)
{
	REQUEST_OPLOCK_INPUT_BUFFER in = { 0 };
	DWORD error;
	HANDLE h;

	GetTempPathA(sizeof name - 32, name);
	snprintf(name + strlen(name), 32, "rf-oplock-%lu",
		 GetCurrentProcessId());
	CloseHandle(
		CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
	/* Who waits for each of his calls could not wait for a break. */
	h = open_it(0);
	CHECK_EQ(control(h, FSCTL_REQUEST_OPLOCK_LEVEL_1, NULL, 0, 0),
		 ERROR_OPLOCK_NOT_GRANTED);
	CHECK_EQ(control(h, FSCTL_REQUEST_BATCH_OPLOCK, NULL, 0, 0),
		 ERROR_OPLOCK_NOT_GRANTED);
	CHECK_EQ(request(h, 1, OPLOCK_LEVEL_CACHE_READ,
			 REQUEST_OPLOCK_INPUT_FLAG_REQUEST),
		 ERROR_OPLOCK_NOT_GRANTED);
	CloseHandle(h);

	h = open_it(FILE_FLAG_OVERLAPPED);
	error = request(h, 1, OPLOCK_LEVEL_CACHE_READ,
			REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
	CHECK(error == ERROR_OPLOCK_NOT_GRANTED || error == ERROR_IO_PENDING,
	      "%lu", error);
	CHECK_EQ(request(h, 2, OPLOCK_LEVEL_CACHE_READ,
			 REQUEST_OPLOCK_INPUT_FLAG_REQUEST),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(request(h, 1, 8, REQUEST_OPLOCK_INPUT_FLAG_REQUEST),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(request(h, 1, OPLOCK_LEVEL_CACHE_WRITE,
			 REQUEST_OPLOCK_INPUT_FLAG_REQUEST),
		 ERROR_INVALID_PARAMETER);
	error = control(h, FSCTL_REQUEST_OPLOCK, &in, 4, 24);
	CHECK(error == ERROR_INSUFFICIENT_BUFFER ||
		      error == ERROR_INVALID_PARAMETER,
	      "%lu", error);
	in = (REQUEST_OPLOCK_INPUT_BUFFER){ 1, sizeof in,
					    OPLOCK_LEVEL_CACHE_READ,
					    REQUEST_OPLOCK_INPUT_FLAG_REQUEST };
	error = control(h, FSCTL_REQUEST_OPLOCK, &in, sizeof in, 8);
	CHECK(error == ERROR_INSUFFICIENT_BUFFER ||
		      error == ERROR_INVALID_PARAMETER,
	      "%lu", error);
	CHECK_EQ(control(h, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE, NULL, 0, 0),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	CHECK_EQ(control(h, FSCTL_OPBATCH_ACK_CLOSE_PENDING, NULL, 0, 0),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	CHECK_EQ(control(h, FSCTL_OPLOCK_BREAK_ACK_NO_2, NULL, 0, 0),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	CHECK_EQ(control(h, FSCTL_OPLOCK_BREAK_NOTIFY, NULL, 0, 0), 0);
	CloseHandle(h);
	CHECK(DeleteFileA(name));
	return check_done();
}
