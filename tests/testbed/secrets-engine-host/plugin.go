package main

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// handshake holds what OpenBao and Vault ask a secrets engine with.
var handshake = plugin.HandshakeConfig{
	MagicCookieKey:   "VAULT_BACKEND_PLUGIN",
	MagicCookieValue: "6669da05-b1c8-4f49-97d9-c8e5bed98e20",
}

// running is a plugin that has been started.
type running struct {
	client *plugin.Client
	broker *plugin.GRPCBroker
	conn   *grpc.ClientConn
	log    *stderr
}

// backend hands over the connection as it is.
type backend struct {
	plugin.NetRPCUnsupportedPlugin
	found *running
}

func (b *backend) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("this is the host")
}

func (b *backend) GRPCClient(_ context.Context, broker *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	b.found.broker, b.found.conn = broker, conn
	return b.found, nil
}

func start(program string, environment []string) (*running, error) {
	r := &running{log: &stderr{}}
	command := exec.Command(program)
	command.Env = append(os.Environ(), environment...)
	r.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]plugin.PluginSet{5: {"backend": &backend{found: r}}},
		Cmd:              command,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		Logger:           hclog.NewNullLogger(),
		Stderr:           r.log,
		GRPCDialOptions: []grpc.DialOption{grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(math.MaxInt32), grpc.MaxCallSendMsgSize(math.MaxInt32))},
	})
	protocol, err := r.client.Client()
	if err == nil {
		_, err = protocol.Dispense("backend")
	}
	if err != nil {
		r.client.Kill()
		return nil, err
	}
	return r, nil
}

// end asks the plugin to end and tells how long that took.
func (r *running) end() int64 {
	began := time.Now()
	r.client.Kill()
	return time.Since(began).Milliseconds()
}

func (r *running) kill() error {
	return syscall.Kill(r.client.ReattachConfig().Pid, syscall.SIGKILL)
}

// halfClosed opens a stream of the broker, says nothing more on it, and leaves it so.
func (r *running) halfClosed() error {
	description := grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	stream, err := r.conn.NewStream(context.Background(), &description, "/plugin.GRPCBroker/StartStream")
	if err != nil {
		return err
	}
	return stream.CloseSend()
}

// stderr keeps what a plugin wrote.
type stderr struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (s *stderr) Write(piece []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.text.Write(piece)
}

func (s *stderr) lines() []string {
	s.lock.Lock()
	defer s.lock.Unlock()
	text := strings.TrimSuffix(strings.ToValidUTF8(s.text.String(), "\uFFFD"), "\n")
	if text == "" {
		return []string{}
	}
	return strings.Split(text, "\n")
}
