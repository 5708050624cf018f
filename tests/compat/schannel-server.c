/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schannel-server.c - a Windows server by Schannel, with a certificate and its
 * key from a PKCS#12 file: says its port, and to each of two clients, one after
 * the other, whether their session was resumed, and what they have said.
 *
 *   schannel-server.exe FILE VERSION(2 or 3)
 */
#include "schannel-stream.h"

static void handshake(void)
{
	SECURITY_STATUS status = SEC_E_INCOMPLETE_MESSAGE;
	BOOL begun = FALSE;
	ULONG got;

	while (status != SEC_E_OK) {
		SecBuffer bi[2] = { { 0, SECBUFFER_TOKEN, in } },
			  bo = { 0, SECBUFFER_TOKEN, NULL };
		SecBufferDesc di = { SECBUFFER_VERSION, 2, bi },
			      d = { SECBUFFER_VERSION, 1, &bo };

		if (!have || status == SEC_E_INCOMPLETE_MESSAGE)
			more();
		bi[0].cbBuffer = (ULONG)have;
		status = AcceptSecurityContext(&cred, begun ? &ctx : NULL, &di,
					       ASC_REQ_ALLOCATE_MEMORY |
						       ASC_REQ_STREAM,
					       0, &ctx, &d, &got, NULL);
		if (status == SEC_E_INCOMPLETE_MESSAGE)
			continue;
		if (status < 0)
			die("AcceptSecurityContext", status);
		begun = TRUE;
		send_token(&bo);
		keep(bi, 2);
	}
}

static void good_bye(void)
{
	DWORD what = SCHANNEL_SHUTDOWN;
	SecBuffer b = { sizeof what, SECBUFFER_TOKEN, &what },
		  none = { 0, SECBUFFER_EMPTY, NULL },
		  bo = { 0, SECBUFFER_TOKEN, NULL };
	SecBufferDesc d = { SECBUFFER_VERSION, 1, &b },
		      di = { SECBUFFER_VERSION, 1, &none },
		      o = { SECBUFFER_VERSION, 1, &bo };
	ULONG got;

	ApplyControlToken(&ctx, &d);
	AcceptSecurityContext(&cred, &ctx, &di, ASC_REQ_ALLOCATE_MEMORY, 0,
			      &ctx, &o, &got, NULL);
	send_token(&bo);
	hang_up();
}

static PCCERT_CONTEXT load(const char *name)
{
	static BYTE file[16384];
	CRYPT_DATA_BLOB blob = { 0, file };
	PCCERT_CONTEXT c = NULL;
	HCERTSTORE store;
	FILE *f = fopen(name, "rb");
	DWORD n = 0;

	if (!f)
		die(name, 0);
	blob.cbData = (DWORD)fread(file, 1, sizeof file, f);
	fclose(f);
	store = PFXImportCertStore(&blob, L"", 0);
	if (!store)
		die("PFXImportCertStore", (long)GetLastError());
	while ((c = CertEnumCertificatesInStore(store, c)))
		if (CertGetCertificateContextProperty(
			    c, CERT_KEY_PROV_INFO_PROP_ID, NULL, &n))
			return c;
	die("no key", 0);
	return NULL;
}

int main(int argc, char **argv)
{
	TLS_PARAMETERS p = { 0 };
	PCCERT_CONTEXT cert;
	SCH_CREDENTIALS c = { .dwVersion = SCH_CREDENTIALS_VERSION,
			      .cCreds = 1,
			      .paCred = &cert,
			      .cTlsParameters = 1,
			      .pTlsParameters = &p };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int n = sizeof a;
	SOCKET l;
	WSADATA w;
	long status;

	if (argc < 3)
		return 2;
	p.grbitDisabledProtocols =
		*argv[2] == '3' ? SP_PROT_TLS1_2_SERVER : SP_PROT_TLS1_3_SERVER;
	cert = load(argv[1]);
	status = AcquireCredentialsHandleW(NULL, (WCHAR *)UNISP_NAME_W,
					   SECPKG_CRED_INBOUND, NULL, &c, NULL,
					   NULL, &cred, NULL);
	if (status)
		die("AcquireCredentialsHandle", status);
	WSAStartup(MAKEWORD(2, 2), &w);
	l = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(l, (struct sockaddr *)&a, sizeof a) || listen(l, 1))
		die("listen", WSAGetLastError());
	getsockname(l, (struct sockaddr *)&a, &n);
	printf("%u\n", ntohs(a.sin_port));
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		SecPkgContext_SessionInfo session = { 0 };
		char line[1024];

		have = 0;
		s = accept(l, NULL, NULL);
		handshake();
		QueryContextAttributesW(&ctx, SECPKG_ATTR_SESSION_INFO,
					&session);
		say(session.dwFlags & SSL_SESSION_RECONNECT ? "resumed: "
							    : "new: ",
		    session.dwFlags & SSL_SESSION_RECONNECT ? 9 : 5);
		n = hear(line, NULL);
		say(line, n);
		good_bye();
	}
	FreeCredentialsHandle(&cred);
	return 0;
}
