/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schannel-client.c - a Windows client by Schannel: says lines to a server that
 * turns them round, and tells what came, by which version, and whether the
 * server had something to say behind the handshake; and all of it a second
 * time, by the session of the first.
 *
 *   schannel-client.exe PORT VERSION(2 or 3) LINE...
 */
#include "schannel-stream.h"

static int behind;

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
		send_token(&bo);
		if (begun)
			keep(bi, 2);
		begun = TRUE;
		if (status == SEC_E_OK)
			return;
		if (!have)
			more();
	}
}

static void more_behind(void)
{
	behind++;
	handshake(TRUE);
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
	send_token(&bo);
	hang_up();
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
		char text[512], heard[1024];

		snprintf(text, sizeof text, "%s\n", *line);
		say(text, (int)strlen(text));
		printf("%.*s", hear(heard, more_behind), heard);
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
