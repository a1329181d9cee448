# The file of the key and the file of the certificate, with a comma between them.
tofu import secretzero_certificate_authority.root pki/ca.key,pki/ca.pem
