# The file of the key and the file of the certificate, with a comma between them.
tofu import secretzero_certificate.vault /etc/vault.d/tls/server.key,/etc/vault.d/tls/server.pem
