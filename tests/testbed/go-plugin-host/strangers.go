package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// http2Preface opens an HTTP/2 connection: the magic words and empty settings.
const http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

// strangers tries to get in with Go's own TLS, as another program on the same machine might.
func strangers(address net.Addr, r *report) {
	certificate, err := anotherHost()
	if err != nil {
		r.check("stranger_certificate", func() (string, error) { return "", err })
		return
	}
	// The plugin's certificate is of no concern to a stranger.
	base := tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}, ServerName: "localhost"}
	try := func(name string, change func(*tls.Config)) {
		config := base.Clone()
		change(config)
		r.check("stranger_"+name, func() (string, error) { return knock(address, config) })
	}
	try("without_certificate", func(*tls.Config) {})
	try("without_certificate_tls_1_2", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	try("with_another_certificate", func(c *tls.Config) { c.Certificates = []tls.Certificate{*certificate} })
	try("with_another_certificate_tls_1_2", func(c *tls.Config) {
		c.Certificates = []tls.Certificate{*certificate}
		c.MaxVersion = tls.VersionTLS12
	})
	try("replays_the_plugins_certificate", func(c *tls.Config) {
		// Everybody is shown the plugin's certificate; nobody else has its key.
		var shown [][]byte
		c.VerifyPeerCertificate = func(raw [][]byte, _ [][]*x509.Certificate) error {
			shown = raw
			return nil
		}
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &tls.Certificate{Certificate: shown, PrivateKey: certificate.PrivateKey}, nil
		}
	})
	try("tls_1_1", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
	try("tls_1_0", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 })
}

// knock succeeds when it is turned away without a byte of application data.
func knock(address net.Addr, config *tls.Config) (string, error) {
	bare, err := net.DialTimeout(address.Network(), address.String(), 20*time.Second)
	if err != nil {
		return "", err
	}
	defer bare.Close()
	if err := bare.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return "", err
	}
	connection := tls.Client(bare, config)
	// In TLS 1.3 the client is through before the server has seen its certificate, so that only reading tells.
	if _, err := connection.Write([]byte(http2Preface)); err != nil {
		return refused(err)
	}
	length, err := connection.Read(make([]byte, 1))
	if length > 0 {
		return "", errors.New("it was served")
	}
	return refused(err)
}

// refused tells being turned away from being left alone.
func refused(reason error) (string, error) {
	var timeout net.Error
	if errors.As(reason, &timeout) && timeout.Timeout() {
		return "", fmt.Errorf("neither served nor turned away: %w", reason)
	}
	return reason.Error(), nil
}

// anotherHost makes a certificate of the same kind as the host's own.
func anotherHost() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "localhost", Organization: []string{"HashiCorp"}},
		DNSNames:              []string{"localhost"},
		NotBefore:             time.Now().Add(-time.Minute),
		NotAfter:              time.Now().Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
