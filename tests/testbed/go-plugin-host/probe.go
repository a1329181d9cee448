package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// probe calls conformance.v1.Probe.
type probe struct {
	connection *grpc.ClientConn
	broker     *plugin.GRPCBroker
}

func (p *probe) call(method string, request, answer proto.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return p.connection.Invoke(ctx, "/conformance.v1.Probe/"+method, request, answer)
}

func (p *probe) echo(size int) error {
	value := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	answer := &wrapperspb.BytesValue{}
	if err := p.call("Echo", wrapperspb.Bytes(value), answer); err != nil {
		return err
	}
	if !bytes.Equal(answer.Value, value) {
		return fmt.Errorf("%d bytes came back as %d others", len(value), len(answer.Value))
	}
	return nil
}

func (p *probe) panics(text string) error {
	return p.call("Panic", wrapperspb.String(text), &emptypb.Empty{})
}

func (p *probe) log(text string) error {
	return p.call("Log", wrapperspb.String(text), &emptypb.Empty{})
}

func (p *probe) print(text string) error {
	return p.call("Print", wrapperspb.String(text), &emptypb.Empty{})
}

func (p *probe) dial(id uint32) (string, error) {
	answer := &wrapperspb.StringValue{}
	err := p.call("Dial", wrapperspb.UInt32(id), answer)
	return answer.Value, err
}

// concurrent has many calls wait beside each other, with small ones between them.
func (p *probe) concurrent(calls int) (string, error) {
	begin := time.Now()
	done := make(chan error, 2*calls)
	for range calls {
		go func() { done <- p.call("Wait", wrapperspb.UInt32(1000), &emptypb.Empty{}) }()
		go func() { done <- p.echo(64 << 10) }()
	}
	var failed []error
	for range 2 * calls {
		failed = append(failed, <-done)
	}
	took := time.Since(begin)
	if err := errors.Join(failed...); err != nil {
		return "", err
	}
	if limit := time.Duration(calls) * time.Second / 2; took > limit {
		return "", fmt.Errorf("one after the other: %v", took)
	}
	return fmt.Sprint(took.Round(time.Millisecond)), nil
}

// cancelled gives up many calls at once, as a host does on Ctrl-C: some that run, some that have hardly been sent.
func (p *probe) cancelled(calls int) (string, error) {
	for _, patience := range []time.Duration{0, 100 * time.Microsecond, time.Millisecond, 200 * time.Millisecond} {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, calls)
		for range calls {
			go func() {
				done <- p.connection.Invoke(ctx, "/conformance.v1.Probe/Wait", wrapperspb.UInt32(60_000), &emptypb.Empty{})
			}()
		}
		time.Sleep(patience)
		cancel()
		for range calls {
			if err := <-done; status.Code(err) != codes.Canceled {
				return "", fmt.Errorf("given up after %v, a call ended with %v", patience, err)
			}
		}
	}
	return "", p.echo(16)
}

// serveBack has the plugin dial a server of ours, which comes up late by a while.
func (p *probe) serveBack(late time.Duration) (string, error) {
	id := p.broker.NextId()
	go func() {
		time.Sleep(late)
		p.broker.AcceptAndServe(id, func(options []grpc.ServerOption) *grpc.Server {
			server := grpc.NewServer(options...)
			healthpb.RegisterHealthServer(server, health.NewServer())
			return server
		})
	}()
	answer, err := p.dial(id)
	if err == nil && answer != "SERVING" {
		err = fmt.Errorf("the plugin found %q", answer)
	}
	return answer, err
}

// dialPlugin has the plugin open a server, and asks it.
func (p *probe) dialPlugin() (string, error) {
	id := &wrapperspb.UInt32Value{}
	if err := p.call("Serve", &emptypb.Empty{}, id); err != nil {
		return "", err
	}
	connection, err := p.broker.Dial(id.Value)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	answer, err := healthpb.NewHealthClient(connection).Check(ctx, &healthpb.HealthCheckRequest{})
	if err == nil && answer.Status != healthpb.HealthCheckResponse_SERVING {
		err = fmt.Errorf("its health is %v", answer.Status)
	}
	return answer.GetStatus().String(), err
}
