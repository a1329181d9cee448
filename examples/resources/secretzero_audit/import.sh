terraform import secretzero_audit.file file
