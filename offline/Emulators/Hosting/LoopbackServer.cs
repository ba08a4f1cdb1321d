using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AtpKeyserver.Emulators;

/// <summary>
/// Kestrel on 127.0.0.1 and, if available, ::1, with the same port, because clients resolve <c>localhost</c> to either.
/// Uses no configuration, logs or signals, so that one process can run several.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    /// <summary>Another process may take a port between finding and binding it.</summary>
    private const int Attempts = 10;

    /// <summary>How long the server waits for requests in progress when it stops.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly WebApplication _application;

    private LoopbackServer(WebApplication application) => _application = application;

    /// <summary>Starts listening.</summary>
    /// <param name="port">0 chooses one that is free on both addresses.</param>
    /// <param name="certificate">Null: plain HTTP.</param>
    /// <param name="map">Receives the application and its port before the start.</param>
    /// <param name="cancellation">Cancels the start.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<LoopbackServer> StartAsync(
        int port,
        X509Certificate2? certificate,
        Action<WebApplication, int> map,
        CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var candidate = port == 0 ? FreePort() : port;
            var application = Build(candidate, certificate);
            try
            {
                map(application, candidate);
                await application.StartAsync(cancellation);
                return new LoopbackServer(application);
            }
            catch (IOException e) when (port == 0 && attempt < Attempts && e.InnerException is AddressInUseException)
            {
                await application.DisposeAsync();
            }
            catch
            {
                await application.DisposeAsync();
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static WebApplication Build(int port, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddCors();
        builder.Services.AddSingleton<IHostLifetime, ProcessLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Grace);
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(port, listen =>
            {
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        return builder.Build();
    }

    private static int FreePort()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var four = new TcpListener(IPAddress.Loopback, 0);
            four.Start();
            var port = ((IPEndPoint)four.LocalEndpoint).Port;
            try
            {
                using var six = new TcpListener(IPAddress.IPv6Loopback, port);
                six.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode != SocketError.AddressAlreadyInUse)
            {
                return port; // The machine has no IPv6.
            }
            catch (SocketException) when (attempt < Attempts)
            {
                // In use on ::1.
            }
        }
    }

    /// <summary>Does nothing. The default lifetime would handle Ctrl+C.</summary>
    private sealed class ProcessLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
