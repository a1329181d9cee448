// Judges certificates with the crypto/x509 of the Go that compiles it; nothing but the standard library.
module testbed/x509-judge

go 1.26
