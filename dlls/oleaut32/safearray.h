/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * safearray.h - SAFEARRAYs: what lies before a descriptor, and elements, within
 * oleaut32.
 */
#ifndef RF_OLEAUT32_SAFEARRAY_H
#define RF_OLEAUT32_SAFEARRAY_H

#include "nt.h"
#include <oleauto.h>

/* wtypes.h has no name for it: data and descriptor are one block. */
#define FADF_CREATEVECTOR 0x2000

/* Sixteen bytes before each descriptor, of which the flags tell one's meaning:
   FADF_HAVEIID, FADF_RECORD, FADF_HAVEVARTYPE. */
union before {
	IID iid;
	struct {
		BYTE unused[16 - sizeof(IRecordInfo *)];
		IRecordInfo *record;
	};
	struct {
		BYTE unused_too[12];
		DWORD vt;
	};
};
C_ASSERT(sizeof(union before) == 16);

static inline union before *before(SAFEARRAY *a)
{
	return (union before *)a - 1;
}

/* How many elements there are; FALSE: more than memory can have. */
BOOL array_count(const SAFEARRAY *a, SIZE_T *n);

/* Empties n elements from at on, as their kind wants it. */
void array_clear(SAFEARRAY *a, BYTE *at, SIZE_T n);
/*
 * n copies of what is at from, over elements that hold nothing.  If one fails,
 * those before it are emptied again.
 */
HRESULT array_copy(SAFEARRAY *a, BYTE *to, const BYTE *from, SIZE_T n);

#endif
