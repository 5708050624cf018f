/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stream.c - IStream over a file. */
#include <initguid.h>

#define COBJMACROS
#include "nt.h"
#include <objidl.h>

HRESULT WINAPI SHCreateStreamOnFileEx(LPCWSTR name, DWORD mode, DWORD attrs,
				      BOOL create, IStream *template,
				      IStream **out);
HRESULT WINAPI SHCreateStreamOnFileW(LPCWSTR name, DWORD mode, IStream **out);
HRESULT WINAPI SHCreateStreamOnFileA(LPCSTR name, DWORD mode, IStream **out);

struct stream {
	IStream iface;
	LONG refs;
	HANDLE file;
	DWORD mode;
};

#define METHOD static HRESULT STDMETHODCALLTYPE

static struct stream *self(IStream *i)
{
	return CONTAINING_RECORD(i, struct stream, iface);
}

static HRESULT last_error(void)
{
	return HRESULT_FROM_WIN32(GetLastError());
}

static ULONG STDMETHODCALLTYPE add_ref(IStream *i)
{
	return (ULONG)InterlockedIncrement(&self(i)->refs);
}

static ULONG STDMETHODCALLTYPE release(IStream *i)
{
	LONG n = InterlockedDecrement(&self(i)->refs);

	if (!n) {
		CloseHandle(self(i)->file);
		HeapFree(GetProcessHeap(), 0, self(i));
	}
	return (ULONG)n;
}

METHOD query(IStream *i, REFIID iid, void **out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_ISequentialStream) &&
	    !IsEqualGUID(iid, &IID_IStream))
		return E_NOINTERFACE;
	add_ref(i);
	*out = i;
	return S_OK;
}

METHOD read(IStream *i, void *p, ULONG n, ULONG *done)
{
	DWORD got = 0;
	BOOL ok = ReadFile(self(i)->file, p, n, &got, NULL);

	if (done)
		*done = got;
	return !ok ? last_error() : got < n ? S_FALSE : S_OK;
}

METHOD write(IStream *i, const void *p, ULONG n, ULONG *done)
{
	DWORD put = 0;
	BOOL ok = WriteFile(self(i)->file, p, n, &put, NULL);

	if (done)
		*done = put;
	return ok ? S_OK : last_error();
}

METHOD seek(IStream *i, LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER *at)
{
	LARGE_INTEGER now;

	if (origin > STREAM_SEEK_END)
		return STG_E_INVALIDPARAMETER;
	if (!SetFilePointerEx(self(i)->file, move, &now, origin))
		return last_error();
	if (at)
		at->QuadPart = (ULONGLONG)now.QuadPart;
	return S_OK;
}

METHOD set_size(IStream *i, ULARGE_INTEGER size)
{
	LARGE_INTEGER zero = { .QuadPart = 0 }, old, to;
	BOOL ok;

	to.QuadPart = (LONGLONG)size.QuadPart;
	if (!SetFilePointerEx(self(i)->file, zero, &old, FILE_CURRENT) ||
	    !SetFilePointerEx(self(i)->file, to, NULL, FILE_BEGIN))
		return last_error();
	ok = SetEndOfFile(self(i)->file);
	SetFilePointerEx(self(i)->file, old, NULL, FILE_BEGIN);
	return ok ? S_OK : last_error();
}

METHOD copy_to(IStream *i, IStream *to, ULARGE_INTEGER n,
	       ULARGE_INTEGER *pread, ULARGE_INTEGER *pwritten)
{
	ULONGLONG in = 0, out = 0;
	BYTE buf[4096];
	HRESULT hr = S_OK;

	while (n.QuadPart && SUCCEEDED(hr)) {
		ULONG want = n.QuadPart < sizeof buf ? (ULONG)n.QuadPart :
						       sizeof buf;
		ULONG got = 0, put = 0;

		hr = read(i, buf, want, &got);
		if (FAILED(hr) || !got)
			break;
		in += got;
		n.QuadPart -= got;
		hr = IStream_Write(to, buf, got, &put);
		out += put;
	}
	if (pread)
		pread->QuadPart = in;
	if (pwritten)
		pwritten->QuadPart = out;
	return FAILED(hr) ? hr : S_OK;
}

METHOD commit(IStream *i, DWORD flags)
{
	return S_OK; /* nothing is held back */
}

METHOD revert(IStream *i)
{
	return S_OK; /* not transacted */
}

METHOD lock(IStream *i, ULARGE_INTEGER at, ULARGE_INTEGER n, DWORD type)
{
	return STG_E_INVALIDFUNCTION;
}

METHOD stat(IStream *i, STATSTG *st, DWORD flags)
{
	BY_HANDLE_FILE_INFORMATION info;

	if (!st)
		return STG_E_INVALIDPOINTER;
	if (!GetFileInformationByHandle(self(i)->file, &info))
		return last_error();
	memset(st, 0, sizeof *st);
	st->type = STGTY_STREAM;
	st->cbSize.LowPart = info.nFileSizeLow;
	st->cbSize.HighPart = info.nFileSizeHigh;
	st->mtime = info.ftLastWriteTime;
	st->ctime = info.ftCreationTime;
	st->atime = info.ftLastAccessTime;
	st->grfMode = self(i)->mode;
	return S_OK;
}

METHOD clone(IStream *i, IStream **out)
{
	*out = NULL;
	return E_NOTIMPL;
}

static const IStreamVtbl vtbl = {
	query,	 add_ref, release, read, write, seek, set_size,
	copy_to, commit, revert,  lock, lock,	stat, clone,
};

HRESULT WINAPI SHCreateStreamOnFileEx(LPCWSTR name, DWORD mode, DWORD attrs,
				      BOOL create, IStream *template,
				      IStream **out)
{
	static const DWORD access[] = { GENERIC_READ, GENERIC_WRITE,
					GENERIC_READ | GENERIC_WRITE };
	static const DWORD share[] = {
		FILE_SHARE_READ | FILE_SHARE_WRITE, 0, FILE_SHARE_READ,
		FILE_SHARE_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
	};
	DWORD a = mode & 3, s = mode >> 4 & 7, how = OPEN_EXISTING;
	struct stream *st;

	if (!out || template || a > 2 || s >= ARRAYSIZE(share) ||
	    (mode & STGM_TRANSACTED))
		return E_INVALIDARG;
	*out = NULL;
	if (mode & STGM_CREATE)
		how = CREATE_ALWAYS;
	else if (create)
		how = CREATE_NEW;
	st = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *st);
	if (!st)
		return E_OUTOFMEMORY;
	st->file = CreateFileW(name, access[a], share[s], NULL, how, attrs,
			       NULL);
	if (st->file == INVALID_HANDLE_VALUE) {
		HRESULT hr = last_error();

		HeapFree(GetProcessHeap(), 0, st);
		return hr;
	}
	st->iface.lpVtbl = (IStreamVtbl *)&vtbl;
	st->refs = 1;
	st->mode = mode;
	*out = &st->iface;
	return S_OK;
}

HRESULT WINAPI SHCreateStreamOnFileW(LPCWSTR name, DWORD mode, IStream **out)
{
	return SHCreateStreamOnFileEx(name, mode, 0, FALSE, NULL, out);
}

HRESULT WINAPI SHCreateStreamOnFileA(LPCSTR name, DWORD mode, IStream **out)
{
	UNICODE_STRING wide;
	HRESULT hr;

	if (!RtlCreateUnicodeStringFromAsciiz(&wide, name))
		return E_OUTOFMEMORY;
	hr = SHCreateStreamOnFileW(wide.Buffer, mode, out);
	RtlFreeUnicodeString(&wide);
	return hr;
}
