using System.Net;
using System.Text.Json;

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

    private static bool IsThisMachine(Uri address) =>
        address.IdnHost == "localhost"
            || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    private async Task<Uri> FindAsync()
    {
        try
        {
            var address = Find(await ReadAsync().ConfigureAwait(false));
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

    private async Task<DidDocument> ReadAsync()
    {
        var from = DocumentUri();
        using var reply = await exchange.SendAsync(
            _ => ValueTask.FromResult(new HttpRequestMessage(HttpMethod.Get, from)), true, false,
            CancellationToken.None).ConfigureAwait(false);
        if (reply.Status >= 500)
            throw reply.Failure(change: false);
        return reply.Succeeded ? reply.Read(WireJson.Default.DidDocument) : throw NoService(
            $"{from} returned {reply.Status}");
    }

    private Uri DocumentUri()
    {
        const string web = "did:web:", plc = "did:plc:";
        if (did.StartsWith(plc, StringComparison.Ordinal))
            return new Uri(
                RequireOrigin(options.PlcDirectory),
                $"./{Uri.EscapeDataString(did)}".Replace("%3A", ":", StringComparison.Ordinal));
        if (did.StartsWith(web, StringComparison.Ordinal) && did.IndexOf(':', web.Length) < 0)
        {
            var host = did[web.Length..].Replace("%3A", ":", StringComparison.OrdinalIgnoreCase);
            var scheme = host == "localhost" || host.StartsWith("localhost:", StringComparison.Ordinal)
                ? "http"
                : "https";
            if (Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var origin) && IsOrigin(origin))
                return new Uri(origin, ".well-known/did.json");
        }

        throw NoService("only did:plc and did:web with a host are supported");
    }

    private Uri Find(DidDocument document)
    {
        if (document.Id != did)
            throw NoService("the document belongs to another DID");
        return Uri.TryCreate(FindEndpoint(document.Service), UriKind.Absolute, out var address) && IsOrigin(address)
            ? address
            : throw NoService($"the document has no service {Fragment} of type {ServiceType} with an https origin");
    }

    /// <summary>
    /// Returns the endpoint of the first keyserver. Skips other services: their members may be arrays and maps
    /// (<see href="https://www.w3.org/TR/did-1.0/#services"/>).
    /// </summary>
    private string? FindEndpoint(JsonElement? services)
    {
        if (services is not { ValueKind: JsonValueKind.Array } entries)
            return null;
        foreach (var entry in entries.EnumerateArray())
        {
            if (Text(entry, "type") == ServiceType
                && Text(entry, "id") is { } id && (id == Fragment || id == did + Fragment)
                && Text(entry, "serviceEndpoint") is { } endpoint)
                return endpoint;
        }

        return null;
    }

    private static string? Text(JsonElement entry, string name)
    {
        try
        {
            return entry.ValueKind == JsonValueKind.Object
                && entry.TryGetProperty(name, out var member)
                && member.ValueKind == JsonValueKind.String
                    ? member.GetString()
                    : null;
        }
        catch (InvalidOperationException)
        {
            return null; // An escaped surrogate without its partner is no text.
        }
    }

    private KeyserverException NoService(string why) =>
        new(KeyserverErrors.NoService, $"Cannot resolve {did} to a keyserver: {why}.");

    private sealed record Read(Uri Address, long At);
}
