/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schannel.c - a Windows client by Schannel: says lines to a server that turns
 * them round, and tells what came, by which version, and whether the server had
 * something to say behind the handshake; and all of it a second time, by the
 * session of the first.
 *
 *   schannel.exe PORT VERSION(2 or 3) LINE...
 */
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
static int have, behind;

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

static void keep(int left)
{
	memmove(in, in + have - left, (size_t)left);
	have = left;
}

/* Until it is over; begun: there is a context. */
static void handshake(BOOL begun)
{
	SECURITY_STATUS status;
	ULONG got;

	for (;;) {
		SecBuffer bi[2] = { { (ULONG)have, SECBUFFER_TOKEN, in } },
			  bo = { 0, SECBUFFER_TOKEN, NULL };
		SecBufferDesc di = { SECBUFFER_VERSION, 2, bi },
			      d = { SECBUFFER_VERSION, 1, &bo };

		status = InitializeSecurityContextW(
			&cred, begun ? &ctx : NULL, (WCHAR *)L"localhost",
			ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_STREAM, 0, 0,
			begun ? &di : NULL, 0, &ctx, &d, &got, NULL);
		if (status == SEC_E_INCOMPLETE_MESSAGE) {
			more();
			continue;
		}
		if (status < 0)
			die("InitializeSecurityContext", status);
		if (bo.cbBuffer)
			send(s, bo.pvBuffer, (int)bo.cbBuffer, 0);
		if (bo.pvBuffer)
			FreeContextBuffer(bo.pvBuffer);
		if (begun)
			keep(bi[1].BufferType == SECBUFFER_EXTRA
				     ? (int)bi[1].cbBuffer
				     : 0);
		begun = TRUE;
		if (status == SEC_E_OK)
			return;
		if (!have)
			more();
	}
}

static void say(const char *line)
{
	SecPkgContext_StreamSizes z;
	char room[1024];
	int n = (int)strlen(line);
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

/* Up to the end of a line. */
static void hear(void)
{
	char line[1024];
	int n = 0;

	while (!n || line[n - 1] != '\n') {
		SecBuffer b[4] = { { (ULONG)have, SECBUFFER_DATA, in } };
		SecBufferDesc d = { SECBUFFER_VERSION, 4, b };
		SECURITY_STATUS status =
			have ? DecryptMessage(&ctx, &d, 0, NULL)
			     : SEC_E_INCOMPLETE_MESSAGE;
		int left = 0;

		if (status == SEC_E_INCOMPLETE_MESSAGE) {
			more();
			continue;
		}
		for (int i = 0; i < 4; i++) {
			if (b[i].BufferType == SECBUFFER_DATA && !status) {
				memcpy(line + n, b[i].pvBuffer, b[i].cbBuffer);
				n += (int)b[i].cbBuffer;
			}
			if (b[i].BufferType == SECBUFFER_EXTRA)
				left = (int)b[i].cbBuffer;
		}
		keep(left);
		if (status == SEC_I_RENEGOTIATE) {
			behind++;
			handshake(TRUE);
		} else if (status) {
			die("DecryptMessage", status);
		}
	}
	printf("%.*s", n, line);
}

/* OpenSSL forgets the session of one who goes without a word. */
static void good_bye(void)
{
	DWORD what = SCHANNEL_SHUTDOWN;
	SecBuffer b = { sizeof what, SECBUFFER_TOKEN, &what },
		  bo = { 0, SECBUFFER_TOKEN, NULL };
	SecBufferDesc d = { SECBUFFER_VERSION, 1, &b },
		      o = { SECBUFFER_VERSION, 1, &bo };
	ULONG got;

	ApplyControlToken(&ctx, &d);
	InitializeSecurityContextW(&cred, &ctx, (WCHAR *)L"localhost",
				   ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_STREAM, 0,
				   0, NULL, 0, &ctx, &o, &got, NULL);
	if (bo.cbBuffer)
		send(s, bo.pvBuffer, (int)bo.cbBuffer, 0);
	if (bo.pvBuffer)
		FreeContextBuffer(bo.pvBuffer);
	DeleteSecurityContext(&ctx);
	shutdown(s, SD_SEND);
	while (recv(s, in, sizeof in, 0) > 0)
		;
	closesocket(s);
}

static void connection(u_short port, char **line)
{
	SecPkgContext_ConnectionInfo i = { 0 };
	SecPkgContext_SessionInfo session = { 0 };
	struct sockaddr_in a = { .sin_family = AF_INET };

	have = behind = 0;
	s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(s, (struct sockaddr *)&a, sizeof a))
		die("connect", WSAGetLastError());
	handshake(FALSE);
	for (; *line; line++) {
		char text[512];

		snprintf(text, sizeof text, "%s\n", *line);
		say(text);
		hear();
	}
	QueryContextAttributesW(&ctx, SECPKG_ATTR_CONNECTION_INFO, &i);
	QueryContextAttributesW(&ctx, SECPKG_ATTR_SESSION_INFO, &session);
	printf("TLS 1.%d, %s, %s\n",
	       i.dwProtocol == SP_PROT_TLS1_3_CLIENT ? 3 : 2,
	       behind ? "said more" : "no more",
	       session.dwFlags & SSL_SESSION_RECONNECT ? "resumed" : "new");
	good_bye();
}

int main(int argc, char **argv)
{
	TLS_PARAMETERS p = { 0 };
	SCH_CREDENTIALS c = { .dwVersion = SCH_CREDENTIALS_VERSION,
			      .dwFlags = SCH_CRED_MANUAL_CRED_VALIDATION |
					 SCH_CRED_NO_DEFAULT_CREDS,
			      .cTlsParameters = 1,
			      .pTlsParameters = &p };
	WSADATA w;
	long status;

	if (argc < 4)
		return 2;
	p.grbitDisabledProtocols =
		*argv[2] == '3' ? SP_PROT_TLS1_2_CLIENT : SP_PROT_TLS1_3_CLIENT;
	WSAStartup(MAKEWORD(2, 2), &w);
	status = AcquireCredentialsHandleW(NULL, (WCHAR *)UNISP_NAME_W,
					   SECPKG_CRED_OUTBOUND, NULL, &c, NULL,
					   NULL, &cred, NULL);
	if (status == SEC_E_SECPKG_NOT_FOUND) {
		puts("no such package");
		return 77;
	}
	if (status)
		die("AcquireCredentialsHandle", status);
	for (int i = 0; i < 2; i++)
		connection((u_short)atoi(argv[1]), argv + 3);
	FreeCredentialsHandle(&cred);
	return 0;
}
