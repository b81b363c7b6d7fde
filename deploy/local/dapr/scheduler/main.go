// Dapr's scheduler with its health server on loopback and no metrics server: the released
// main listens with both on every interface, whatever --healthz-listen-address says.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/dapr/dapr/cmd/scheduler/options"
	"github.com/dapr/dapr/pkg/healthz"
	"github.com/dapr/dapr/pkg/modes"
	"github.com/dapr/dapr/pkg/scheduler/monitoring"
	"github.com/dapr/dapr/pkg/scheduler/server"
	"github.com/dapr/dapr/pkg/security"
	"github.com/dapr/kit/concurrency"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/signals"
)

var log = logger.NewLogger("dapr.scheduler")

func main() {
	opts, err := options.New(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	if err = logger.ApplyOptionsToLoggers(&opts.Logger); err != nil {
		log.Fatal(err)
	}
	// The server counts jobs even when nobody reads the figures.
	if err = monitoring.InitMetrics(); err != nil {
		log.Fatal(err)
	}
	if err = run(signals.Context(), opts); err != nil {
		log.Fatalf("scheduler ended: %v", err)
	}
}

func run(ctx context.Context, opts *options.Options) error {
	health := healthz.New()
	provider, err := security.New(ctx, security.Options{
		SentryAddress:           opts.SentryAddress,
		ControlPlaneTrustDomain: opts.TrustDomain,
		ControlPlaneNamespace:   security.CurrentNamespace(),
		TrustAnchorsFile:        opts.TrustAnchorsFile,
		AppID:                   "dapr-scheduler",
		Mode:                    modes.DaprMode(opts.Mode),
		Healthz:                 health,
		WriteIdentityToFile:     &opts.IdentityDirectoryWrite,
	})
	if err != nil {
		return err
	}
	return concurrency.NewRunnerManager(
		provider.Run,
		func(ctx context.Context) error { return serveHealth(ctx, opts, health) },
		func(ctx context.Context) error { return schedule(ctx, opts, health, provider) },
	).Run(ctx)
}

func serveHealth(ctx context.Context, opts *options.Options, health healthz.Healthz) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if !health.IsReady() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	srv := &http.Server{
		Addr:              fmt.Sprintf("%s:%d", opts.HealthzListenAddress, opts.HealthzPort),
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
	}
	go func() {
		<-ctx.Done()
		srv.Close()
	}()
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func schedule(
	ctx context.Context, opts *options.Options, health healthz.Healthz, provider security.Provider,
) error {
	handler, err := provider.Handler(ctx)
	if err != nil {
		return err
	}
	srv, err := server.New(server.Options{
		Port:                           opts.Port,
		ListenAddress:                  opts.ListenAddress,
		OverrideBroadcastHostPort:      opts.OverrideBroadcastHostPort,
		Mode:                           modes.DaprMode(opts.Mode),
		Security:                       handler,
		Healthz:                        health,
		EtcdEmbed:                      true,
		EtcdDataDir:                    opts.EtcdDataDir,
		EtcdName:                       opts.ID,
		EtcdInitialCluster:             opts.EtcdInitialCluster,
		EtcdClientPort:                 opts.EtcdClientPort,
		EtcdClientListenAddress:        opts.EtcdClientListenAddress,
		EtcdSpaceQuota:                 opts.EtcdSpaceQuota,
		EtcdCompactionMode:             opts.EtcdCompactionMode,
		EtcdCompactionRetention:        opts.EtcdCompactionRetention,
		EtcdSnapshotCount:              opts.EtcdSnapshotCount,
		EtcdMaxSnapshots:               opts.EtcdMaxSnapshots,
		EtcdMaxWALs:                    opts.EtcdMaxWALs,
		EtcdBackendBatchLimit:          opts.EtcdBackendBatchLimit,
		EtcdBackendBatchInterval:       opts.EtcdBackendBatchInterval,
		EtcdDefragThresholdMB:          opts.EtcdDefragThresholdMB,
		EtcdInitialElectionTickAdvance: opts.EtcdInitialElectionTickAdvance,
		EtcdMetrics:                    opts.EtcdMetrics,
	})
	if err != nil {
		return err
	}
	return srv.Run(ctx)
}
