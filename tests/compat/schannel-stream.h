/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schannel-stream.h - what schannel-client.c and schannel-server.c share: one
 * connection, what has come of it and is not yet used, and what goes out.
 */
#ifndef RF_COMPAT_SCHANNEL_STREAM_H
#define RF_COMPAT_SCHANNEL_STREAM_H

#define SECURITY_WIN32
#define SCHANNEL_USE_BLACKLISTS
#include <winsock2.h>
#include <windows.h>
#include <subauth.h>
#include <security.h>
#include <schannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static SOCKET s;
static CredHandle cred;
static CtxtHandle ctx;
static char in[65536];
static int have;

static void die(const char *what, long code)
{
	printf("%s: %#lx\n", what, code);
	exit(1);
}

static void more(void)
{
	int n = recv(s, in + have, (int)sizeof in - have, 0);

	if (n <= 0)
		die("recv", n);
	have += n;
}

static void keep(const SecBuffer *b, int count)
{
	int left = 0;

	for (int i = 0; i < count; i++)
		if (b[i].BufferType == SECBUFFER_EXTRA)
			left = (int)b[i].cbBuffer;
	memmove(in, in + have - left, (size_t)left);
	have = left;
}

/* A token for the peer, which Schannel has made. */
static void send_token(SecBuffer *b)
{
	if (b->cbBuffer)
		send(s, b->pvBuffer, (int)b->cbBuffer, 0);
	if (b->pvBuffer)
		FreeContextBuffer(b->pvBuffer);
}

static void say(const char *line, int n)
{
	SecPkgContext_StreamSizes z;
	char room[1024];
	SecBuffer b[4] = { { 0 } };
	SecBufferDesc d = { SECBUFFER_VERSION, 4, b };
	SECURITY_STATUS status;

	QueryContextAttributesW(&ctx, SECPKG_ATTR_STREAM_SIZES, &z);
	memcpy(room + z.cbHeader, line, (size_t)n);
	b[0] = (SecBuffer){ z.cbHeader, SECBUFFER_STREAM_HEADER, room };
	b[1] = (SecBuffer){ (ULONG)n, SECBUFFER_DATA, room + z.cbHeader };
	b[2] = (SecBuffer){ z.cbTrailer, SECBUFFER_STREAM_TRAILER,
			    room + z.cbHeader + n };
	status = EncryptMessage(&ctx, 0, &d, 0);
	if (status)
		die("EncryptMessage", status);
	send(s, room, (int)(b[0].cbBuffer + b[1].cbBuffer + b[2].cbBuffer), 0);
}

/*
 * Up to the end of a line.  What the peer has to say behind the handshake is
 * for again(); without it, it has nothing to say.
 */
static int hear(char line[1024], void (*again)(void))
{
	int n = 0;

	while (!n || line[n - 1] != '\n') {
		SecBuffer b[4] = { { (ULONG)have, SECBUFFER_DATA, in } };
		SecBufferDesc d = { SECBUFFER_VERSION, 4, b };
		SECURITY_STATUS status =
			have ? DecryptMessage(&ctx, &d, 0, NULL)
			     : SEC_E_INCOMPLETE_MESSAGE;

		if (status == SEC_E_INCOMPLETE_MESSAGE) {
			more();
			continue;
		}
		if (status && (status != SEC_I_RENEGOTIATE || !again))
			die("DecryptMessage", status);
		if (!status) {
			if (b[1].cbBuffer > (ULONG)(1024 - n))
				die("a line's length", n);
			memcpy(line + n, b[1].pvBuffer, b[1].cbBuffer);
			n += (int)b[1].cbBuffer;
		}
		keep(b, 4);
		if (status)
			again();
	}
	return n;
}

/* Behind the last word: until the peer has said its own. */
static void hang_up(void)
{
	DeleteSecurityContext(&ctx);
	shutdown(s, SD_SEND);
	while (recv(s, in, sizeof in, 0) > 0)
		;
	closesocket(s);
}

#endif
