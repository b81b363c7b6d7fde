//go:build tools

// Package todoku pins what is built by package path from this module.
package todoku

import (
	_ "github.com/dapr/cli"
)
