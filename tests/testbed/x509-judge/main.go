// Judges chains, revocation lists and requests with Go's crypto/x509.
//
// It reads a JSON object a line (tests/judge/src/case.rs says which) and answers each.
package main

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// One question. The values are texts, because other judges have no JSON library.
type question struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Purpose  string `json:"purpose"`
	Name     string `json:"name"`
	Chain    string `json:"chain"`
	Document string `json:"document"`
	Revoked  string `json:"revoked"`
	Time     string `json:"time"`
}

type answer struct {
	ID      string `json:"id"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	output := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(output)
	version := strings.TrimPrefix(runtime.Version(), "go")
	if err := encoder.Encode(map[string]string{"version": version}); err != nil {
		return err
	}
	input := bufio.NewReader(os.Stdin)
	decoder := json.NewDecoder(input)
	for decoder.More() {
		var q question
		if err := decoder.Decode(&q); err != nil {
			return err
		}
		a := answer{ID: q.ID, Verdict: "accepted"}
		if err := judge(q); err != nil {
			a.Verdict, a.Reason = "rejected", err.Error()
		}
		if err := encoder.Encode(a); err != nil {
			return err
		}
	}
	return output.Flush()
}

func judge(q question) error {
	switch q.Kind {
	case "chain":
		return chain(q)
	case "crl":
		return crl(q)
	case "csr":
		return csr(q)
	}
	return fmt.Errorf("no such kind: %q", q.Kind)
}

func chain(q question) error {
	certificates, err := certificates(q)
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(q.Time, 10, 64)
	if err != nil {
		return err
	}
	usage := x509.ExtKeyUsageServerAuth
	if q.Purpose == "client" {
		usage = x509.ExtKeyUsageClientAuth
	}
	last := len(certificates) - 1
	options := x509.VerifyOptions{
		DNSName:       q.Name,
		Roots:         x509.NewCertPool(),
		Intermediates: x509.NewCertPool(),
		CurrentTime:   time.Unix(seconds, 0),
		KeyUsages:     []x509.ExtKeyUsage{usage},
	}
	options.Roots.AddCert(certificates[last])
	for _, certificate := range certificates[1:last] {
		options.Intermediates.AddCert(certificate)
	}
	_, err = certificates[0].Verify(options)
	return err
}

func crl(q question) error {
	certificates, err := certificates(q)
	if err != nil {
		return err
	}
	der, err := base64.StdEncoding.DecodeString(q.Document)
	if err != nil {
		return err
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return err
	}
	leaf, issuer := certificates[0], certificates[1]
	if err := list.CheckSignatureFrom(issuer); err != nil {
		return err
	}
	if !bytes.Equal(list.RawIssuer, issuer.RawSubject) || !bytes.Equal(list.AuthorityKeyId, issuer.SubjectKeyId) {
		return errors.New("it names another issuer")
	}
	revoked := false
	for _, entry := range list.RevokedCertificateEntries {
		revoked = revoked || entry.SerialNumber.Cmp(leaf.SerialNumber) == 0
	}
	if revoked != (q.Revoked == "yes") {
		return errors.New("it revokes something else")
	}
	return nil
}

func csr(q question) error {
	der, err := base64.StdEncoding.DecodeString(q.Document)
	if err != nil {
		return err
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return err
	}
	return request.CheckSignature()
}

func certificates(q question) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for _, text := range strings.Fields(q.Chain) {
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		found = append(found, certificate)
	}
	if len(found) < 2 {
		return nil, errors.New("a chain has two certificates at least")
	}
	return found, nil
}
