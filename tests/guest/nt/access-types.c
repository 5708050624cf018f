/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Access to parts of an object: entries for object types, lists of those, and
 * who PRINCIPAL SELF is.
 */
#include <windows.h>

#include <sddl.h>
#include <string.h>

#include "check.h"

/* A user; two sets of properties, of which the first has two. */
static GUID guid[6];
static OBJECT_TYPE_LIST types[] = { { 0, 0, &guid[0] },
				    { 1, 0, &guid[1] },
				    { 2, 0, &guid[2] },
				    { 2, 0, &guid[3] },
				    { 1, 0, &guid[4] } };
enum { OBJECT, SET, ONE, TWO, OTHER_SET, UNKNOWN, PARTS = 5, NO_TYPE };

static HANDLE token;
static PSID everyone, nobody, self;
static GENERIC_MAPPING map = { 0x21, 0x42, 0x84, 0xf01ff };

static BYTE list[2048];

static void begin(void)
{
	CHECK(InitializeAcl((PACL)list, sizeof list, ACL_REVISION_DS));
}

/* An entry for a type, with another's for its heirs before its SID. */
static void add(BYTE kind, DWORD mask, int type, BOOL heirs, PSID sid)
{
	BYTE e[256];
	DWORD at = 12, flags = 0;

	if (type != NO_TYPE) {
		memcpy(e + at, &guid[type], 16);
		at += 16;
		flags |= ACE_OBJECT_TYPE_PRESENT;
	}
	if (heirs) {
		memcpy(e + at, &guid[UNKNOWN], 16);
		at += 16;
		flags |= ACE_INHERITED_OBJECT_TYPE_PRESENT;
	}
	CHECK(CopySid(sizeof e - at, e + at, sid));
	at += GetLengthSid(sid);
	*(ACE_HEADER *)e = (ACE_HEADER){ kind, 0, (WORD)at };
	memcpy(e + 4, &mask, 4);
	memcpy(e + 8, &flags, 4);
	CHECK(AddAce((PACL)list, ACL_REVISION_DS, MAXDWORD, e, at));
}

static void allow(DWORD mask, int type)
{
	add(ACCESS_ALLOWED_OBJECT_ACE_TYPE, mask, type, FALSE, everyone);
}

static void deny(DWORD mask, int type)
{
	add(ACCESS_DENIED_OBJECT_ACE_TYPE, mask, type, FALSE, everyone);
}

static SECURITY_DESCRIPTOR *descriptor(void)
{
	static SECURITY_DESCRIPTOR sd;

	InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	SetSecurityDescriptorOwner(&sd, nobody, FALSE);
	SetSecurityDescriptorGroup(&sd, nobody, FALSE);
	SetSecurityDescriptorDacl(&sd, TRUE, (PACL)list, FALSE);
	return &sd;
}

static PRIVILEGE_SET set;

/* The rights to the whole object; 0: none. */
static DWORD whole(DWORD access, PSID me, DWORD n)
{
	DWORD size = sizeof set, granted = 77;
	BOOL ok = 77;

	CHECK(AccessCheckByType(descriptor(), me, token, access,
				n ? types : NULL, n, &map, &set, &size,
				&granted, &ok));
	CHECK(ok ? granted : !granted);
	if (!ok)
		CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	return granted;
}

/* ... and to each part. */
static void parts_are(int line, DWORD access, const DWORD want[PARTS])
{
	DWORD size = sizeof set, granted[PARTS], errors[PARTS];

	memset(granted, 0xee, sizeof granted);
	CHECK(AccessCheckByTypeResultList(descriptor(), NULL, token, access,
					  types, PARTS, &map, &set, &size,
					  granted, errors));
	for (int i = 0; i < PARTS; i++) {
		CHECK(granted[i] == want[i], "line %d, part %d: %lx, want %lx",
		      line, i, granted[i], want[i]);
		CHECK(errors[i] == (want[i] ? 0 : ERROR_ACCESS_DENIED),
		      "line %d, part %d: %lu", line, i, errors[i]);
	}
	CHECK_EQ(set.PrivilegeCount, 0);
}

#define PARTS_ARE(access, ...)                                                 \
	parts_are(__LINE__, access, (const DWORD[PARTS]){ __VA_ARGS__ })

static void by_type(void)
{
	begin();
	allow(1, ONE);
	PARTS_ARE(1, 0, 0, 1, 0, 0);
	PARTS_ARE(MAXIMUM_ALLOWED, 0, 0, 1, 0, 0);
	CHECK_EQ(whole(1, NULL, PARTS), 0);
	/* A set is its properties, the object its sets. */
	allow(1, TWO);
	PARTS_ARE(1, 0, 1, 1, 1, 0);
	allow(3, OTHER_SET);
	PARTS_ARE(1, 1, 1, 1, 1, 1);
	PARTS_ARE(3, 0, 0, 0, 0, 3);
	PARTS_ARE(MAXIMUM_ALLOWED, 1, 1, 1, 1, 3);
	CHECK_EQ(whole(1, NULL, PARTS), 1);
	CHECK_EQ(whole(3, NULL, PARTS), 0);
	CHECK_EQ(whole(MAXIMUM_ALLOWED, NULL, PARTS), 1);
	/* Of a list that does not ask about types these say nothing. */
	CHECK_EQ(whole(1, NULL, 0), 0);
	/* What is asked about first is the object, whatever its type. */
	CHECK_EQ(whole(1, NULL, 1), 0);

	begin();
	allow(1, SET);
	PARTS_ARE(1, 0, 1, 1, 1, 0);
	begin();
	allow(1, OBJECT);
	PARTS_ARE(1, 1, 1, 1, 1, 1);
	CHECK_EQ(whole(1, NULL, 1), 1);
	begin();
	allow(1, NO_TYPE);
	PARTS_ARE(1, 1, 1, 1, 1, 1);
	CHECK_EQ(whole(1, NULL, 0), 1);
	begin();
	allow(1, UNKNOWN);
	PARTS_ARE(1, 0, 0, 0, 0, 0);
	begin();
	CHECK(AddAccessAllowedAce((PACL)list, ACL_REVISION_DS, GENERIC_READ,
				  everyone));
	PARTS_ARE(0x21, 0x21, 0x21, 0x21, 0x21, 0x21);
	begin();
	allow(GENERIC_WRITE, TWO);
	PARTS_ARE(MAXIMUM_ALLOWED, 0, 0, 0, 0x42, 0);
}

static void denied(void)
{
	begin();
	deny(1, TWO);
	allow(7, NO_TYPE);
	PARTS_ARE(1, 0, 0, 1, 0, 1);
	PARTS_ARE(6, 6, 6, 6, 6, 6);
	PARTS_ARE(MAXIMUM_ALLOWED, 6, 6, 7, 6, 7);
	CHECK_EQ(whole(1, NULL, PARTS), 0);
	CHECK_EQ(whole(2, NULL, PARTS), 2);
	CHECK_EQ(whole(MAXIMUM_ALLOWED, NULL, PARTS), 6);
	begin();
	deny(1, SET);
	allow(1, OBJECT);
	PARTS_ARE(1, 0, 0, 0, 0, 1);
	/* What was there first counts. */
	begin();
	allow(1, ONE);
	deny(1, NO_TYPE);
	allow(1, NO_TYPE);
	PARTS_ARE(1, 0, 0, 1, 0, 0);
	begin();
	deny(1, NO_TYPE);
	allow(1, NO_TYPE);
	CHECK_EQ(whole(1, NULL, 0), 0);
}

static void who(void)
{
	begin();
	add(ACCESS_ALLOWED_OBJECT_ACE_TYPE, 1, ONE, TRUE, everyone);
	add(ACCESS_ALLOWED_OBJECT_ACE_TYPE, 2, NO_TYPE, TRUE, everyone);
	add(ACCESS_ALLOWED_OBJECT_ACE_TYPE, 4, NO_TYPE, FALSE, nobody);
	PARTS_ARE(MAXIMUM_ALLOWED, 2, 2, 3, 2, 2);

	begin();
	add(ACCESS_ALLOWED_OBJECT_ACE_TYPE, 1, NO_TYPE, FALSE, self);
	CHECK(AddAccessAllowedAce((PACL)list, ACL_REVISION_DS, 2, self));
	CHECK_EQ(whole(1, NULL, PARTS), 0);
	CHECK_EQ(whole(1, nobody, PARTS), 0);
	CHECK_EQ(whole(3, everyone, PARTS), 3);
	CHECK_EQ(whole(3, everyone, 0), 3);
}

/* A list that is none. */
static void refused(DWORD error, DWORD n)
{
	DWORD size = sizeof set, granted[PARTS], errors[PARTS];
	BOOL ok;

	CHECK(!AccessCheckByType(descriptor(), NULL, token, 1, types, n, &map,
				 &set, &size, granted, &ok));
	CHECK_EQ(GetLastError(), error);
	CHECK(!AccessCheckByTypeResultList(descriptor(), NULL, token, 1, types,
					   n, &map, &set, &size, granted,
					   errors));
	CHECK_EQ(GetLastError(), error);
}

static void refusals(void)
{
	static const WORD wrong[][PARTS] = {
		{ 1, 1, 2, 2, 1 }, { 0, 0, 1, 1, 1 }, { 0, 2, 2, 2, 1 },
		{ 0, 1, 3, 2, 1 }, { 0, 1, 2, 0, 1 },
	};
	const WORD deep[6] = { 0, 1, 2, 3, 4, 5 };
	OBJECT_TYPE_LIST was[PARTS], deeper[6];
	DWORD size = sizeof set, granted[6], errors[6];
	BYTE bad[8] = { 9, 200 };
	BOOL ok;

	memcpy(was, types, sizeof was);
	begin();
	for (unsigned i = 0; i < ARRAYSIZE(wrong); i++) {
		for (int k = 0; k < PARTS; k++)
			types[k].Level = wrong[i][k];
		refused(ERROR_INVALID_PARAMETER, PARTS);
	}
	memcpy(types, was, sizeof was);
	types[2].Sbz = 1;
	refused(ERROR_INVALID_PARAMETER, PARTS);
	memcpy(types, was, sizeof was);
	types[4].ObjectType = NULL;
	refused(ERROR_NOACCESS, PARTS);
	memcpy(types, was, sizeof was);
	for (int i = 0; i < 6; i++)
		deeper[i] = (OBJECT_TYPE_LIST){ deep[i], 0, &guid[i] };
	allow(1, NO_TYPE);
	CHECK(AccessCheckByTypeResultList(descriptor(), NULL, token, 1, deeper,
					  5, &map, &set, &size, granted,
					  errors));
	CHECK(!AccessCheckByTypeResultList(descriptor(), NULL, token, 1, deeper,
					   6, &map, &set, &size, granted,
					   errors));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!AccessCheckByTypeResultList(descriptor(), NULL, token, 1, types,
					   0, &map, &set, &size, granted,
					   errors));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!AccessCheckByType(descriptor(), bad, token, 1, types, PARTS,
				 &map, &set, &size, granted, &ok));
	CHECK_EQ(GetLastError(), ERROR_INVALID_SID);
	CHECK(!AccessCheckByType(descriptor(), NULL, token, GENERIC_READ, types,
				 PARTS, &map, &set, &size, granted, &ok));
	CHECK_EQ(GetLastError(), ERROR_GENERIC_NOT_MAPPED);
	size = 4;
	CHECK(!AccessCheckByTypeResultList(descriptor(), NULL, token, 1, types,
					   PARTS, &map, &set, &size, granted,
					   errors));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(size, sizeof set);
	/* An entry without room for what it says that it has. */
	begin();
	allow(1, ONE);
	list[sizeof(ACL) + 8] = 3;
	list[sizeof(ACL) + 12 + 32] = 0;
	refused(ERROR_INVALID_ACL, PARTS);
}

/* The system's log is for its services; W, as all of them are one. */
static void audited(void)
{
	DWORD granted;
	BOOL ok, on_close;

	CHECK(!AccessCheckByTypeAndAuditAlarmW(
		L"test", NULL, L"object", L"name", descriptor(), NULL, 1,
		AuditEventObjectAccess, 0, types, PARTS, &map, FALSE, &granted,
		&ok, &on_close));
	CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
	CHECK(!ObjectCloseAuditAlarmW(L"test", NULL, TRUE));
	CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
}

int main(void)
{
	for (int i = 0; i < 6; i++)
		guid[i].Data1 = guid[i].Data4[7] = (BYTE)(i + 1);
	CHECK(ConvertStringSidToSidA("S-1-1-0", &everyone));
	CHECK(ConvertStringSidToSidA("S-1-5-21-1-2-3-4", &nobody));
	CHECK(ConvertStringSidToSidA("S-1-5-10", &self));
	CHECK(ImpersonateSelf(SecurityImpersonation));
	CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
	RevertToSelf();
	by_type();
	denied();
	who();
	refusals();
	audited();
	return check_done();
}
