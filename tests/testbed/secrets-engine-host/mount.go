package main

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/openbao/openbao/sdk/v2/logical"
	"github.com/openbao/openbao/sdk/v2/plugin/pb"
	"google.golang.org/grpc"
)

// mount is what the host offers to one instance of the engine: a storage and a view of the system.
type mount struct {
	storage *storage
	lock    sync.Mutex
	server  *grpc.Server
}

// setup sets an instance up under the multiplex ids of the order, and offers its storage when the order says.
func (h *host) setup(o order) answer {
	kept, known := h.storages[o.Mount]
	if !known {
		kept = newStorage()
		h.storages[o.Mount] = kept
	}
	m := &mount{storage: kept}
	if o.Storage != nil {
		m.storage.behave(*o.Storage)
	}
	h.mounts[o.Mount] = m
	number := h.plugin.broker.NextId()
	offer := func() { h.plugin.broker.AcceptAndServe(number, m.serve) }
	switch o.Announce {
	case "before":
		go offer()
		// AcceptAndServe does not say when it has announced the number.
		time.Sleep(milliseconds(50))
	case "after":
		time.AfterFunc(milliseconds(o.AfterMs), offer)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request := &pb.SetupArgs{BrokerID: number, Config: o.Config, BackendUUID: o.UUID}
	replied := &pb.SetupReply{}
	return called(o.Tag, replied, h.invoke(ctx, o.IDs, methods["Setup"].path, request, replied))
}

func (m *mount) serve(options []grpc.ServerOption) *grpc.Server {
	server := grpc.NewServer(append(options, grpc.MaxRecvMsgSize(math.MaxInt32), grpc.MaxSendMsgSize(math.MaxInt32))...)
	pb.RegisterStorageServer(server, m.storage)
	pb.RegisterSystemViewServer(server, &system{})
	m.lock.Lock()
	defer m.lock.Unlock()
	m.server = server
	return server
}

// end tells whether the storage's server could end in good order: it waits for the plugin to let go of it.
func (m *mount) end(withinMs int) bool {
	m.lock.Lock()
	server := m.server
	m.lock.Unlock()
	if server == nil {
		return true
	}
	ended := make(chan struct{})
	go func() {
		server.GracefulStop()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(milliseconds(withinMs)):
		return false
	}
}

// cut ends the storage's server with all that is going on there.
func (m *mount) cut() {
	m.lock.Lock()
	server := m.server
	m.lock.Unlock()
	if server != nil {
		server.Stop()
	}
}

// system answers what a small engine asks of the system.
type system struct {
	pb.UnimplementedSystemViewServer
}

func (*system) DefaultLeaseTTL(context.Context, *pb.Empty) (*pb.TTLReply, error) {
	return &pb.TTLReply{TTL: int64(time.Hour)}, nil
}

func (*system) MaxLeaseTTL(context.Context, *pb.Empty) (*pb.TTLReply, error) {
	return &pb.TTLReply{TTL: int64(24 * time.Hour)}, nil
}

func (*system) PluginEnv(context.Context, *pb.Empty) (*pb.PluginEnvReply, error) {
	return &pb.PluginEnvReply{PluginEnvironment: &logical.PluginEnvironment{VaultVersion: "0.0.0"}}, nil
}

func (*system) ClusterInfo(context.Context, *pb.Empty) (*pb.ClusterInfoReply, error) {
	return &pb.ClusterInfoReply{ClusterName: "played", ClusterID: "the played host"}, nil
}
