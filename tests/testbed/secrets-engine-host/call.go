package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/openbao/openbao/sdk/v2/helper/pluginutil"
	"github.com/openbao/openbao/sdk/v2/logical"
	"github.com/openbao/openbao/sdk/v2/plugin/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// method is one call of the services that a secrets engine serves.
type method struct {
	path    string
	request func() proto.Message
	reply   func() proto.Message
}

var methods = map[string]method{
	"HandleRequest": {"/pb.Backend/HandleRequest",
		func() proto.Message { return &pb.HandleRequestArgs{} }, func() proto.Message { return &pb.HandleRequestReply{} }},
	"HandleExistenceCheck": {"/pb.Backend/HandleExistenceCheck",
		func() proto.Message { return &pb.HandleExistenceCheckArgs{} }, func() proto.Message { return &pb.HandleExistenceCheckReply{} }},
	"Initialize": {"/pb.Backend/Initialize",
		func() proto.Message { return &pb.InitializeArgs{} }, func() proto.Message { return &pb.InitializeReply{} }},
	"InvalidateKey": {"/pb.Backend/InvalidateKey",
		func() proto.Message { return &pb.InvalidateKeyArgs{} }, func() proto.Message { return &pb.Empty{} }},
	"Setup": {"/pb.Backend/Setup",
		func() proto.Message { return &pb.SetupArgs{} }, func() proto.Message { return &pb.SetupReply{} }},
	"SpecialPaths": {"/pb.Backend/SpecialPaths",
		func() proto.Message { return &pb.Empty{} }, func() proto.Message { return &pb.SpecialPathsReply{} }},
	"Cleanup": {"/pb.Backend/Cleanup",
		func() proto.Message { return &pb.Empty{} }, func() proto.Message { return &pb.Empty{} }},
	"Type": {"/pb.Backend/Type",
		func() proto.Message { return &pb.Empty{} }, func() proto.Message { return &pb.TypeReply{} }},
	"Version": {"/logical.PluginVersion/Version",
		func() proto.Message { return &logical.Empty{} }, func() proto.Message { return &logical.VersionReply{} }},
	"MultiplexingSupport": {"/pluginutil.multiplexing.PluginMultiplexing/MultiplexingSupport",
		func() proto.Message { return &pluginutil.MultiplexingSupportRequest{} },
		func() proto.Message { return &pluginutil.MultiplexingSupportResponse{} }},
}

// call makes one call of the plugin.
func (h *host) call(o order) answer {
	m, known := methods[o.Method]
	if !known || h.plugin == nil {
		return answer{Tag: o.Tag, Failed: fmt.Sprintf("there is no method %q, or no plugin", o.Method)}
	}
	request, replied := m.request(), m.reply()
	if len(o.Request) > 0 {
		if err := protojson.Unmarshal(o.Request, request); err != nil {
			return answer{Tag: o.Tag, Failed: err.Error()}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if o.WithinMs > 0 {
		ctx, cancel = context.WithTimeout(ctx, milliseconds(o.WithinMs))
		defer cancel()
	}
	if o.CancelMs > 0 {
		timer := time.AfterFunc(milliseconds(o.CancelMs), cancel)
		defer timer.Stop()
	}
	a := called(o.Tag, replied, h.invoke(ctx, o.IDs, m.path, request, replied))
	if handled, is := replied.(*pb.HandleRequestReply); is && a.Code == "OK" {
		a.Judged = judge(request.(*pb.HandleRequestArgs), handled)
	}
	return a
}

func (h *host) invoke(ctx context.Context, ids []string, path string, request, replied proto.Message) error {
	for _, id := range ids {
		ctx = metadata.AppendToOutgoingContext(ctx, "multiplex_id", id)
	}
	return h.plugin.conn.Invoke(ctx, path, request, replied, grpc.WaitForReady(false))
}

func called(tag int, replied proto.Message, err error) answer {
	if err != nil {
		failure := status.Convert(err)
		return answer{Tag: tag, Code: failure.Code().String(), Message: failure.Message()}
	}
	encoded, err := protojson.MarshalOptions{EmitUnpopulated: true, UseProtoNames: true}.Marshal(replied)
	return result(tag, json.RawMessage(encoded), err)
}

func milliseconds(number int) time.Duration {
	return time.Duration(number) * time.Millisecond
}
