using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Configuration;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Networking;

/// <summary>
/// Resolves untrusted host names without .NET's resolver, which blocks a thread-pool thread until the system resolver
/// gives up, regardless of the caller's timeout (decision 23). Uses UDP only, because the client cannot cancel a TCP
/// connect. A response larger than <see cref="MaxAnswer"/> bytes is a failure. Nothing is cached.
/// </summary>
internal sealed class HostAddresses(IOptions<KeyserverOptions> options, TimeProvider clock, TimeSpan attempt)
{
    /// <summary>
    /// The advertised EDNS response size in bytes: room for about 70 addresses.
    /// <see href="https://www.dnsflagday.net/2020/"/>
    /// </summary>
    public const int MaxAnswer = 1232;

    /// <summary>Timeout per name server and query: 1 s of a lookup's 3 s.</summary>
    public static readonly TimeSpan Attempt = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait for the other address family after one has answered: 250 ms.</summary>
    public static readonly TimeSpan OtherFamily = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the system's list of name servers is cached: 1 min.</summary>
    private static readonly TimeSpan ServersFor = TimeSpan.FromMinutes(1);

    private static readonly QueryType[] Families = [QueryType.A, QueryType.AAAA];

    private readonly LookupClient _client = new(new LookupClientOptions
    {
        AutoResolveNameServers = false,
    });

    private readonly NameServer[] _configured = [.. options.Value.NameServers.Select(NameServerOf)];
    private KnownServers? _known;

    public HostAddresses(IOptions<KeyserverOptions> options, TimeProvider clock)
        : this(options, clock, Attempt)
    {
    }

    /// <summary>
    /// The IPv4 and IPv6 addresses; empty if there are none. All queries have ended when this returns or throws.
    /// </summary>
    /// <exception cref="HttpRequestException">No name server answers.</exception>
    public async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellation)
    {
        var servers = Servers();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var end = timer.Token.Register(stop.Cancel);
        var queries = Families.Select(family => AskAsync(servers, host, family, stop.Token)).ToArray();
        if (await (await Task.WhenAny(queries)) is { Addresses.Length: > 0 })
            timer.CancelAfter(OtherFamily);
        var answers = await Task.WhenAll(queries);
        cancellation.ThrowIfCancellationRequested();
        var addresses = answers.SelectMany(answer => answer.Addresses).ToArray();
        if (addresses.Length == 0
            && answers.Select(answer => answer.Failure).OfType<Exception>().FirstOrDefault() is { } failure)
            throw new HttpRequestException("No name server responded for the host", failure);
        return addresses;
    }

    private static NameServer NameServerOf(string text) =>
        NameServerAddress.Find(text)
        ?? throw new InvalidOperationException("A configured name server is not an IP address");

    private async Task<Answer> AskAsync(
        NameServer[] servers, string host, QueryType family, CancellationToken cancellation)
    {
        var query = new DnsQueryOptions
        {
            Timeout = attempt,
            // Retry a single server, since datagrams get lost; with several, try the next one.
            Retries = servers.Length > 1 ? 0 : 1,
            ContinueOnEmptyResponse = false,
            UseTcpFallback = false,
            UseCache = false,
            ExtendedDnsBufferSize = MaxAnswer,
        };
        try
        {
            var response = await _client.QueryServerAsync(servers, new DnsQuestion(host, family), query, cancellation);
            if (response.HasError && response.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain)
                return new Answer([], new HttpRequestException($"Name server answered {response.Header.ResponseCode}"));
            return new Answer([.. response.Answers.OfType<AddressRecord>().Select(record => record.Address)], null);
        }
#pragma warning disable CA1031 // One family may fail: the other may be enough.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Answer([], e);
        }
    }

    private NameServer[] Servers()
    {
        if (_configured.Length > 0)
            return _configured;
        var known = Volatile.Read(ref _known);
        if (known is null || clock.GetElapsedTime(known.ReadAt) >= ServersFor)
        {
            known = new KnownServers([.. NameServer.ResolveNameServersNative()], clock.GetTimestamp());
            Volatile.Write(ref _known, known);
        }

        return known.Servers.Length > 0
            ? known.Servers
            : throw new HttpRequestException("The system has no name server configured");
    }

    private sealed record Answer(IPAddress[] Addresses, Exception? Failure);

    private sealed record KnownServers(NameServer[] Servers, long ReadAt);
}
