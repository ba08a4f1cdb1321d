using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Networking;

/// <summary>
/// Opens the connections to the few hosts that the operator names: storage, vault and PLC directory, on any network.
/// The system's resolver looks them up, so that its hosts file and search domains count. That call holds a thread until
/// the resolver gives up, and nothing ends it sooner: it gets a thread of its own, not one of the pool's, and one
/// look-up of a host runs at a time, however many callers gave up on it.
/// </summary>
internal sealed class OperatorConnector(Func<string, IPAddress[]> lookUp, ConnectionRace race) : IConnector
{
    private readonly ConcurrentDictionary<string, Lazy<Task<IPAddress[]>>> _lookUps =
        new(StringComparer.OrdinalIgnoreCase);

    public OperatorConnector()
        : this(Dns.GetHostAddresses, new ConnectionRace(TimeProvider.System))
    {
    }

    /// <summary>A handler for a client of the operator's hosts.</summary>
    /// <param name="connectTimeout">Ends opening a connection. A request that gives up sooner leaves that to the pool,
    /// which counts it.</param>
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
        _lookUps.GetOrAdd(host, name => new Lazy<Task<IPAddress[]>>(() => Start(name))).Value;

    private Task<IPAddress[]> Start(string host) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return lookUp(host);
            }
            finally
            {
                _lookUps.TryRemove(host, out _);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
