module testbed/dex

go 1.26

// v2.45.1. The module path has no /v2, so the release tag does not resolve.
require github.com/dexidp/dex v0.0.0-20260303133905-11d2eeb52b42

tool github.com/dexidp/dex/cmd/dex

replace github.com/dexidp/dex/api/v2 => github.com/dexidp/dex/api/v2 v2.4.0
