using System.Net;

namespace AtpKeyserver.Client;

/// <summary>
/// The keyserver's origin: configured by the application, or read from its DID document and cached for an hour.
/// </summary>
internal sealed class ServiceAddress(string did, Exchange exchange, KeyserverClientOptions options)
{
    /// <summary>The id of the service in the DID document.</summary>
    internal const string Fragment = "#atp_keyserver";

    private const string ServiceType = "AtpKeyserver";

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    private readonly Uri? _given = options.Address is null ? null : RequireOrigin(options.Address);
    private readonly Lock _lock = new();
    private volatile Read? _read;
    private Task<Uri>? _reading;

    /// <summary>Returns the origin. Concurrent callers share one read of the document.</summary>
    public ValueTask<Uri> GetAsync(CancellationToken cancellation)
    {
        if ((_given ?? Known()) is { } known)
            return ValueTask.FromResult(known);
        lock (_lock)
        {
            if (Known() is { } found)
                return ValueTask.FromResult(found);
            // Other callers share this read, so the first caller's cancellation must not end it.
            _reading ??= Task.Run(FindAsync, CancellationToken.None);
            return new ValueTask<Uri>(_reading.WaitAsync(cancellation));
        }
    }

    /// <summary>Accepts https, or http on this machine, without path, query or user.</summary>
    /// <exception cref="ArgumentException">The address is not such an origin.</exception>
    internal static Uri RequireOrigin(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return IsOrigin(address)
            ? address
            : throw new ArgumentException(
                $"'{address}' is not an origin such as https://keys.example.com (http only on localhost).",
                nameof(address));
    }

    internal static bool IsOrigin(Uri address) =>
        address is { IsAbsoluteUri: true, PathAndQuery: "/", Fragment: "", UserInfo: "" }
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsThisMachine(address)));

    internal static bool IsThisMachine(Uri address) =>
        address.IdnHost == "localhost"
            || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    private async Task<Uri> FindAsync()
    {
        try
        {
            var address = Find(await new DidDocuments(exchange, options).ReadAsync(did).ConfigureAwait(false));
            _read = new Read(address, options.TimeProvider.GetTimestamp());
            return address;
        }
        finally
        {
            lock (_lock)
                _reading = null;
        }
    }

    private Uri? Known() =>
        _read is { } read && options.TimeProvider.GetElapsedTime(read.At) < Fresh ? read.Address : null;

    private Uri Find(DidDocument document) => document.FindOrigin(Fragment, ServiceType)
        ?? throw DidDocuments.Unresolved(
            did, $"the document has no service {Fragment} of type {ServiceType} with an https origin");

    private sealed record Read(Uri Address, long At);
}
