// SPDX-License-Identifier: LGPL-2.1-or-later

// tls serve FILE: makes an authority of its own, writes its certificate to FILE
// and serves, by one that another authority has issued in its name.
// tls ask URL NAME: what the server says, which must be NAME by the system's
// authorities.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"
)

type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var serial int64

func must(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func issue(by *issuer, name string, host ...string) *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(err)
	serial++
	c := &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  len(host) == 0,
		BasicConstraintsValid: true,
		DNSNames:              host,
	}
	if c.IsCA {
		c.KeyUsage = x509.KeyUsageCertSign
	}
	if by == nil {
		by = &issuer{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, &key.PublicKey, by.key)
	must(err)
	made, err := x509.ParseCertificate(der)
	must(err)
	return &issuer{made, key}
}

func serve(file string) {
	root := issue(nil, "Test root")
	between := issue(root, "Test authority")
	server := issue(between, "server", "good.test")
	must(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{
		Type: "CERTIFICATE", Bytes: root.cert.Raw}), 0644))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	http.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		fmt.Fprintln(w, "hello over TLS")
	})
	fmt.Println("port", l.Addr().(*net.TCPAddr).Port)
	s := http.Server{TLSConfig: &tls.Config{Certificates: []tls.Certificate{{
		Certificate: [][]byte{server.cert.Raw, between.cert.Raw},
		PrivateKey:  server.key,
	}}}}
	must(s.ServeTLS(l, "", ""))
}

func ask(url, name string) {
	c := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{ServerName: name}}}
	r, err := c.Get(url)
	must(err)
	io.Copy(os.Stdout, r.Body)
}

func main() {
	if os.Args[1] == "serve" {
		serve(os.Args[2])
	}
	ask(os.Args[2], os.Args[3])
}
