package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// log keeps what the host logs, which is also what it made of the plugin's standard error.
type log struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *log) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

// find waits for a line that has all the words.
func (l *log) find(words ...string) (string, error) {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if line := l.line(words...); line != "" {
			return line, nil
		}
		if time.Now().After(deadline) {
			return "", fmt.Errorf("no line of the log has %q", words)
		}
	}
}

func (l *log) line(words ...string) string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
next:
	for line := range strings.Lines(l.text.String()) {
		for _, word := range words {
			if !strings.Contains(line, word) {
				continue next
			}
		}
		return strings.TrimSpace(line)
	}
	return ""
}

// drive does everything that a host does in the life of a plugin, in that order.
func drive(path string, r *report) {
	hostLog, printed := &log{}, &log{}
	command := exec.Command(path)
	folder, err := os.MkdirTemp("", "host")
	if err != nil {
		r.check("start", func() (string, error) { return "", err })
		return
	}
	defer os.RemoveAll(folder)
	command.Env = append(os.Environ(), "TMPDIR="+folder)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			MagicCookieKey:   "CONFORMANCE_PLUGIN_COOKIE",
			MagicCookieValue: "7f0a3c52e1d94b6c8d2f5a6be0914c37",
		},
		VersionedPlugins: map[int]plugin.PluginSet{
			1: {"probe": &probePlugin{}}, 2: {"probe": &probePlugin{}}, 3: {"probe": &probePlugin{}},
		},
		Cmd:              command,
		AutoMTLS:         true,
		SyncStdout:       printed,
		SyncStderr:       printed,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: hostLog, JSONFormat: true}),
	})
	defer client.Kill()

	var p *probe
	r.check("start", func() (string, error) {
		connection, err := client.Client()
		if err != nil {
			return "", err
		}
		raw, err := connection.Dispense("probe")
		if err != nil {
			return "", err
		}
		p = raw.(*probe)
		return fmt.Sprint("version ", client.NegotiatedVersion()), nil
	})
	if p == nil {
		return
	}
	r.check("highest_common_version", func() (string, error) {
		if client.NegotiatedVersion() != 3 {
			return "", fmt.Errorf("version %d was chosen", client.NegotiatedVersion())
		}
		return "3", nil
	})
	ping := func() (string, error) {
		connection, err := client.Client()
		if err != nil {
			return "", err
		}
		return "serving", connection.Ping()
	}
	r.check("ping", ping)
	r.check("stdio_stream", func() (string, error) {
		// The host opens it when it connects, and complains if it can't.
		if line := hostLog.line("stdio"); line != "" && !strings.Contains(line, "waiting for stdio data") {
			return "", errors.New(line)
		}
		return hostLog.find("waiting for stdio data")
	})
	r.check("echo_of_20_mb", func() (string, error) { return "", p.echo(20 << 20) })
	r.check("concurrent_calls", func() (string, error) { return p.concurrent(32) })
	r.check("cancelled_calls", func() (string, error) { return p.cancelled(150) })
	r.check("broker_host_serves_before_call", func() (string, error) { return p.serveBack(0) })
	r.check("broker_host_serves_after_call", func() (string, error) { return p.serveBack(300 * time.Millisecond) })
	r.check("broker_unknown_number", func() (string, error) {
		answer, err := p.dial(4_000_000)
		if err == nil {
			return "", fmt.Errorf("answered %q", answer)
		}
		return err.Error(), nil
	})
	r.check("broker_plugin_serves", p.dialPlugin)
	r.check("panic_is_internal", func() (string, error) {
		err := p.panics("a seeded panic")
		if status.Code(err) != codes.Internal {
			return "", fmt.Errorf("not INTERNAL: %v", err)
		}
		return err.Error(), nil
	})
	r.check("panic_is_logged_as_error", func() (string, error) {
		return hostLog.find(`"@level":"error"`, `"@message":"panic: a seeded panic`)
	})
	r.check("ping_after_panic", ping)
	r.check("log_line_is_structured", func() (string, error) {
		if err := p.log("a line for the host"); err != nil {
			return "", err
		}
		return hostLog.find(`"@level":"info"`, `"@message":"a line for the host"`)
	})
	r.check("stdio_is_silent", func() (string, error) {
		if err := p.print("a stray line"); err != nil {
			return "", err
		}
		if printed.line("stray") != "" {
			return "", errors.New("what the plugin printed reached the host")
		}
		return "", nil
	})
	strangers(client.ReattachConfig().Addr, r)
	r.check("ping_after_strangers", ping)
	r.check("kill_ends_by_itself", func() (string, error) {
		begin := time.Now()
		client.Kill()
		took := time.Since(begin)
		if line := hostLog.line("failed to exit gracefully"); line != "" {
			return "", errors.New(line)
		}
		if !client.Exited() || command.ProcessState == nil || command.ProcessState.ExitCode() != 0 {
			return "", fmt.Errorf("ended as %v", command.ProcessState)
		}
		return fmt.Sprint("in ", took.Round(time.Millisecond)), nil
	})
	r.check("nothing_left_behind", func() (string, error) {
		left, err := filepath.Glob(filepath.Join(folder, "*"))
		if err == nil && len(left) > 0 {
			err = fmt.Errorf("left %v", left)
		}
		return "", err
	})
}

// probePlugin tells go-plugin how to make a probe.
type probePlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (*probePlugin) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("this is a host")
}

func (*probePlugin) GRPCClient(_ context.Context, broker *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return &probe{connection: c, broker: broker}, nil
}
