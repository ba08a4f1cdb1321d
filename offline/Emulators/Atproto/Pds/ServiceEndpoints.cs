using System.Collections.Concurrent;
using System.Text.Json;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>
/// The endpoints of services on this machine, from their DID documents. Cached, as a PDS does.
/// <see href="https://atproto.com/specs/xrpc#service-proxying"/>
/// </summary>
internal sealed class ServiceEndpoints(HttpClient http)
{
    private const string LocalService = "did:web:localhost%3A";

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <param name="service"><c>{DID}#{fragment}</c> of a <c>did:web:localhost%3A{port}</c>.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>The endpoint, unchanged.</returns>
    /// <exception cref="XrpcException">
    /// The DID is not supported, or its document has no such service on this machine.
    /// </exception>
    /// <exception cref="HttpRequestException">The document cannot be read.</exception>
    public async Task<string> FindAsync(string service, CancellationToken cancellation)
    {
        if (_known.TryGetValue(service, out var known))
            return known;
        var parts = service.Split('#');
        if (parts.Length != 2 || !parts[0].StartsWith(LocalService, StringComparison.Ordinal)
            || !ushort.TryParse(parts[0][LocalService.Length..], out var port))
            throw XrpcException.InvalidRequest(
                $"atproto-proxy must be DID#fragment with a DID {LocalService}{{port}}.");
        var address = new Uri($"http://localhost:{port}/.well-known/did.json");
        await using var document = await http.GetStreamAsync(address, cancellation);
        var endpoint = Find(await ReadAsync(document, cancellation), parts[0], parts[1]);
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
            || uri.Scheme != Uri.UriSchemeHttp
            || !uri.IsLoopback)
            throw XrpcException.InvalidRequest(
                $"The document of {parts[0]} has no service #{parts[1]} on this machine.");
        return _known[service] = endpoint;
    }

    private static async Task<JsonElement> ReadAsync(Stream document, CancellationToken cancellation)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(document, AtprotoJson.Default.JsonElement, cancellation);
        }
        catch (JsonException e)
        {
            throw new HttpRequestException("The DID document is not JSON.", e);
        }
    }

    private static string? Find(JsonElement document, string did, string fragment)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("service", out var services)
            || services.ValueKind != JsonValueKind.Array)
            return null;
        return services.EnumerateArray()
            .Where(service => Text(service, "id") is { } id && (id == $"#{fragment}" || id == $"{did}#{fragment}"))
            .Select(service => Text(service, "serviceEndpoint"))
            .FirstOrDefault(endpoint => endpoint is not null);
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object
        && entry.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;
}
