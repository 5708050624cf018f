/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hglobal.c - streams in memory blocks that the caller may look into. */
#define COBJMACROS
#include "nt.h"
#include <objbase.h>

/* Clones share the block and what is said about it. */
struct block {
	LONG refs;
	SRWLOCK lock;
	HGLOBAL memory;
	ULONG size; /* of what has been written; the memory may be larger */
	BOOL free;
};

struct stream {
	IStream stream;
	LONG refs;
	struct block *block;
	ULONGLONG at;
};

static IStreamVtbl stream_table;

static struct stream *stream_of(IStream *s)
{
	return (struct stream *)s;
}

static HRESULT stream_make(struct block *b, ULONGLONG at, IStream **out)
{
	struct stream *s = HeapAlloc(GetProcessHeap(), 0, sizeof *s);

	if (!s)
		return E_OUTOFMEMORY;
	s->stream.lpVtbl = &stream_table;
	s->refs = 1;
	s->block = b;
	s->at = at;
	*out = &s->stream;
	return S_OK;
}

static HRESULT WINAPI query(IStream *s, REFIID iid, void **out)
{
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_ISequentialStream) &&
	    !IsEqualGUID(iid, &IID_IStream)) {
		*out = NULL;
		return E_NOINTERFACE;
	}
	IStream_AddRef(s);
	*out = s;
	return S_OK;
}

static ULONG WINAPI add_ref(IStream *s)
{
	return (ULONG)InterlockedIncrement(&stream_of(s)->refs);
}

static ULONG WINAPI release(IStream *s)
{
	ULONG left = (ULONG)InterlockedDecrement(&stream_of(s)->refs);
	struct block *b = stream_of(s)->block;

	if (left)
		return left;
	HeapFree(GetProcessHeap(), 0, s);
	if (!InterlockedDecrement(&b->refs)) {
		if (b->free)
			GlobalFree(b->memory);
		HeapFree(GetProcessHeap(), 0, b);
	}
	return 0;
}

static HRESULT WINAPI read(IStream *is, void *to, ULONG n, ULONG *got)
{
	struct stream *s = stream_of(is);
	struct block *b = s->block;
	ULONG left;
	BYTE *p;

	AcquireSRWLockExclusive(&b->lock);
	left = s->at < b->size ? b->size - (ULONG)s->at : 0;
	if (n > left)
		n = left;
	p = GlobalLock(b->memory);
	if (p && n)
		memcpy(to, p + s->at, n);
	GlobalUnlock(b->memory);
	s->at += n;
	ReleaseSRWLockExclusive(&b->lock);
	if (got)
		*got = n;
	return S_OK;
}

/* With the lock held. */
static HRESULT resize(struct block *b, ULONGLONG size)
{
	HGLOBAL more;

	if (size > MAXLONG)
		return STG_E_MEDIUMFULL;
	if (size > GlobalSize(b->memory)) {
		/* Grows by half, so that many small writes stay cheap. */
		more = GlobalReAlloc(b->memory, (SIZE_T)(size + size / 2),
				     GMEM_MOVEABLE | GMEM_ZEROINIT);
		if (!more)
			return E_OUTOFMEMORY;
		b->memory = more;
	}
	if (size > b->size) {
		BYTE *p = GlobalLock(b->memory);

		memset(p + b->size, 0, (SIZE_T)(size - b->size));
		GlobalUnlock(b->memory);
	}
	b->size = (ULONG)size;
	return S_OK;
}

static HRESULT WINAPI write(IStream *is, const void *from, ULONG n, ULONG *done)
{
	struct stream *s = stream_of(is);
	struct block *b = s->block;
	HRESULT hr = S_OK;

	if (done)
		*done = 0;
	AcquireSRWLockExclusive(&b->lock);
	if (n && s->at + n > b->size)
		hr = resize(b, s->at + n);
	if (SUCCEEDED(hr)) {
		BYTE *p = GlobalLock(b->memory);

		if (n)
			memcpy(p + s->at, from, n);
		GlobalUnlock(b->memory);
		s->at += n;
		if (done)
			*done = n;
	}
	ReleaseSRWLockExclusive(&b->lock);
	return hr;
}

static HRESULT WINAPI seek(IStream *is, LARGE_INTEGER move, DWORD from,
			   ULARGE_INTEGER *now)
{
	struct stream *s = stream_of(is);
	LONGLONG base = from == STREAM_SEEK_SET   ? 0
			: from == STREAM_SEEK_CUR ? (LONGLONG)s->at
						  : (LONGLONG)s->block->size;

	if (from > STREAM_SEEK_END || base + move.QuadPart < 0)
		return STG_E_INVALIDFUNCTION;
	s->at = (ULONGLONG)(base + move.QuadPart);
	if (now)
		now->QuadPart = s->at;
	return S_OK;
}

static HRESULT WINAPI set_size(IStream *is, ULARGE_INTEGER size)
{
	struct block *b = stream_of(is)->block;
	HRESULT hr;

	AcquireSRWLockExclusive(&b->lock);
	hr = resize(b, size.QuadPart);
	ReleaseSRWLockExclusive(&b->lock);
	return hr;
}

static HRESULT WINAPI copy_to(IStream *is, IStream *to, ULARGE_INTEGER n,
			      ULARGE_INTEGER *in, ULARGE_INTEGER *out)
{
	ULONGLONG got = 0, put = 0;
	BYTE part[4096];
	HRESULT hr = S_OK;

	while (got < n.QuadPart) {
		ULONG want = sizeof part, have, done = 0;

		if (want > n.QuadPart - got)
			want = (ULONG)(n.QuadPart - got);
		read(is, part, want, &have);
		if (!have)
			break;
		got += have;
		hr = IStream_Write(to, part, have, &done);
		put += done;
		if (FAILED(hr))
			break;
	}
	if (in)
		in->QuadPart = got;
	if (out)
		out->QuadPart = put;
	return hr;
}

static HRESULT WINAPI commit(IStream *s, DWORD flags)
{
	return S_OK; /* what is written is there */
}

static HRESULT WINAPI revert(IStream *s)
{
	return S_OK; /* not transacted: nothing to take back */
}

static HRESULT WINAPI lock_region(IStream *s, ULARGE_INTEGER at,
				  ULARGE_INTEGER n, DWORD type)
{
	return STG_E_INVALIDFUNCTION;
}

static HRESULT WINAPI stat(IStream *is, STATSTG *st, DWORD flags)
{
	memset(st, 0, sizeof *st);
	st->type = STGTY_STREAM;
	st->cbSize.QuadPart = stream_of(is)->block->size;
	return S_OK;
}

static HRESULT WINAPI clone(IStream *is, IStream **out)
{
	struct stream *s = stream_of(is);
	HRESULT hr = stream_make(s->block, s->at, out);

	if (SUCCEEDED(hr))
		InterlockedIncrement(&s->block->refs);
	return hr;
}

static IStreamVtbl stream_table = {
	query,   add_ref, release, read,        write,       seek, set_size,
	copy_to, commit,  revert,  lock_region, lock_region, stat, clone,
};

HRESULT WINAPI CreateStreamOnHGlobal(HGLOBAL memory, WINBOOL free,
				     LPSTREAM *out)
{
	struct block *b;
	HRESULT hr;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	b = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *b);
	if (!b)
		return E_OUTOFMEMORY;
	b->refs = 1;
	b->free = !!free;
	b->memory = memory ? memory : GlobalAlloc(GMEM_MOVEABLE, 0);
	b->size = memory ? (ULONG)GlobalSize(memory) : 0;
	hr = b->memory ? stream_make(b, 0, out) : E_OUTOFMEMORY;
	if (FAILED(hr)) {
		if (!memory && b->memory)
			GlobalFree(b->memory);
		HeapFree(GetProcessHeap(), 0, b);
	}
	return hr;
}

HRESULT WINAPI GetHGlobalFromStream(LPSTREAM s, HGLOBAL *out)
{
	if (!s || !out || s->lpVtbl != &stream_table)
		return E_INVALIDARG;
	*out = stream_of(s)->block->memory;
	return S_OK;
}
