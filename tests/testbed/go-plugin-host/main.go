// Command go-plugin-host is a genuine host on the published go-plugin module. It drives the conformance plugin whose
// path is its one argument, and prints one JSON report: the versions it was built from, and each check with its outcome.
//
// It calls the plugin's service by its path and with wrapper messages, so that no generated code is needed.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// detailLimit keeps a report short: a log line may have a whole backtrace in it.
const detailLimit = 500

type outcome struct {
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

type report struct {
	Versions map[string]string  `json:"versions"`
	Checks   map[string]outcome `json:"checks"`
}

// check runs a check and notes how it ended. A panic counts as a failure of that check.
func (r *report) check(name string, run func() (string, error)) {
	defer func() {
		if cause := recover(); cause != nil {
			r.Checks[name] = outcome{Detail: fmt.Sprint("panic: ", cause)}
		}
	}()
	detail, err := run()
	if err != nil {
		detail = err.Error()
	}
	r.Checks[name] = outcome{OK: err == nil, Detail: strings.ToValidUTF8(detail[:min(len(detail), detailLimit)], "")}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go-plugin-host PLUGIN")
		os.Exit(2)
	}
	r := &report{Versions: versions(), Checks: map[string]outcome{}}
	drive(os.Args[1], r)
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// versions tells what this program was built from.
func versions() map[string]string {
	found := map[string]string{"go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			switch module.Path {
			case "github.com/hashicorp/go-plugin", "google.golang.org/grpc":
				found[module.Path] = module.Version
			}
		}
	}
	return found
}
