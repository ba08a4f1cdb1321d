using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Networking;

/// <summary>
/// Connects to the hosts that the operator configured (storage, Key Vault, PLC directory), on any network. Uses the
/// system's resolver, so that its hosts file and search domains apply. That call cannot be cancelled, so each lookup
/// runs on its own thread, not in the thread pool, and concurrent lookups of a host are coalesced.
/// </summary>
internal sealed class OperatorConnector(Func<string, IPAddress[]> resolve, ConnectionRace race) : IConnector
{
    private readonly ConcurrentDictionary<string, Lazy<Task<IPAddress[]>>> _lookups =
        new(StringComparer.OrdinalIgnoreCase);

    public OperatorConnector()
        : this(Dns.GetHostAddresses, new ConnectionRace(TimeProvider.System))
    {
    }

    /// <summary>An HTTP handler for the configured hosts.</summary>
    /// <param name="connectTimeout">Limits opening a connection. A request that is cancelled earlier leaves the attempt
    /// to the pool.</param>
    public SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        ConnectTimeout = connectTimeout,
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, cancellation),
    };

    /// <inheritdoc/>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(host.Host, out var literal)
            ? [literal]
            : await FindAsync(host.Host).WaitAsync(cancellation);
        return new NetworkStream(await race.RunAsync(addresses, host.Port, cancellation), ownsSocket: true);
    }

    private Task<IPAddress[]> FindAsync(string host) =>
        _lookups.GetOrAdd(host, name => new Lazy<Task<IPAddress[]>>(() => Start(name))).Value;

    private Task<IPAddress[]> Start(string host) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return resolve(host);
            }
            finally
            {
                _lookups.TryRemove(host, out _);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
