// Command secrets-engine-host plays the host of a secrets engine: it starts the plugin whose path is its one argument as
// OpenBao does, and then does what it is told, also what a real host does only when something is broken.
//
// It reads one JSON object per line and answers each with one line that carries the same tag. Calls run beside each other,
// so answers come in any order; everything else is done one after the other. Messages of the plugin's services are
// written in protobuf's own JSON form.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// order is one line of input. Which fields count depends on what is to be done.
type order struct {
	Tag int    `json:"tag"`
	Do  string `json:"do"`
	// Mount names the storage and the broker stream that an order is about.
	Mount string `json:"mount"`

	// Environment is added to the plugin's: "NAME=value".
	Environment []string `json:"environment"`

	// Announce tells when the storage is offered to the plugin: "before" it is set up, "after", or "never".
	Announce string            `json:"announce"`
	AfterMs  int               `json:"after_ms"`
	Config   map[string]string `json:"config"`
	UUID     string            `json:"uuid"`
	Storage  *behaviour        `json:"storage"`

	// IDs are the values of multiplex_id: usually one.
	IDs     []string        `json:"ids"`
	Method  string          `json:"method"`
	Request json.RawMessage `json:"request"`
	// WithinMs is the call's deadline; CancelMs lets the caller go away.
	WithinMs int `json:"within_ms"`
	CancelMs int `json:"cancel_ms"`
}

// answer is one line of output.
type answer struct {
	Tag int `json:"tag"`
	// Code is gRPC's name of how a call ended, "OK" when it got a reply.
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	Reply   json.RawMessage `json:"reply,omitempty"`
	// Judged is what a real host makes of the reply to a request.
	Judged *judgement `json:"judged,omitempty"`
	// Failed is what this host could not do.
	Failed string `json:"failed,omitempty"`
}

// host is what is told what to do.
type host struct {
	program string
	plugin  *running
	mounts  map[string]*mount
	// storages outlive the plugin, by the names of their mounts.
	storages map[string]*storage
	said     sync.Mutex
	calls    sync.WaitGroup
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: secrets-engine-host PLUGIN < orders")
		os.Exit(2)
	}
	h := &host{program: os.Args[1], mounts: map[string]*mount{}, storages: map[string]*storage{}}
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	decoder := json.NewDecoder(lines)
	for {
		var o order
		if decoder.Decode(&o) != nil {
			break
		}
		if o.Do == "call" {
			h.calls.Add(1)
			go func() {
				defer h.calls.Done()
				h.say(h.call(o))
			}()
			continue
		}
		h.say(h.obey(o))
	}
	if h.plugin != nil {
		h.plugin.client.Kill()
	}
	h.calls.Wait()
}

// obey does everything but calls.
func (h *host) obey(o order) answer {
	if o.Do == "start" {
		if h.plugin != nil {
			h.plugin.client.Kill()
		}
		plugin, err := start(h.program, o.Environment)
		if err != nil {
			return answer{Tag: o.Tag, Failed: err.Error()}
		}
		h.plugin, h.mounts = plugin, map[string]*mount{}
		return reply(o.Tag, map[string]any{"pid": plugin.client.ReattachConfig().Pid})
	}
	if h.plugin == nil {
		return answer{Tag: o.Tag, Failed: "no plugin has been started"}
	}
	switch o.Do {
	case "setup":
		return h.setup(o)
	case "behave":
		return h.with(o, func(m *mount) any { m.storage.behave(*o.Storage); return nil })
	case "entries":
		return h.with(o, func(m *mount) any { return m.storage.report() })
	case "end-broker":
		return h.with(o, func(m *mount) any { return map[string]any{"ended": m.end(o.WithinMs)} })
	case "cut-broker":
		return h.with(o, func(m *mount) any { m.cut(); return nil })
	case "half-closed":
		return result(o.Tag, nil, h.plugin.halfClosed())
	case "log":
		return reply(o.Tag, map[string]any{"lines": h.plugin.log.lines()})
	case "process":
		return reply(o.Tag, map[string]any{"pid": h.plugin.client.ReattachConfig().Pid})
	case "exited":
		return reply(o.Tag, map[string]any{"exited": h.plugin.client.Exited()})
	case "end":
		return reply(o.Tag, map[string]any{"milliseconds": h.plugin.end()})
	case "kill":
		return result(o.Tag, nil, h.plugin.kill())
	}
	return answer{Tag: o.Tag, Failed: fmt.Sprintf("unknown order %q", o.Do)}
}

func (h *host) with(o order, act func(*mount) any) answer {
	m, ok := h.mounts[o.Mount]
	if !ok {
		return answer{Tag: o.Tag, Failed: fmt.Sprintf("nothing was set up as %q", o.Mount)}
	}
	return reply(o.Tag, act(m))
}

func (h *host) say(a answer) {
	h.said.Lock()
	defer h.said.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func reply(tag int, value any) answer {
	encoded, err := json.Marshal(value)
	return result(tag, encoded, err)
}

func result(tag int, encoded json.RawMessage, err error) answer {
	if err != nil {
		return answer{Tag: tag, Failed: err.Error()}
	}
	return answer{Tag: tag, Code: "OK", Reply: encoded}
}
