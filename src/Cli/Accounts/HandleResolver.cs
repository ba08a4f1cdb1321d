using System.Net.Http.Json;
using System.Text.Json;
using AtpKeyserver.Client;
using DnsClient;
using DnsClient.Protocol;

namespace AtpKeyserver.Cli.Accounts;

/// <summary>
/// Finds the DID that a handle claims, in DNS and then on the handle's web server. The claim counts only if the DID
/// document claims the handle, too. <see href="https://atproto.com/specs/handle#handle-resolution"/>
/// </summary>
/// <param name="dns">Answers DNS queries.</param>
/// <param name="http">Does not follow redirects.</param>
/// <param name="pds">
/// The PDS that the user named, which is asked last; null if none. If it is on this machine it is asked first, because
/// only it knows the handles of a test network.
/// </param>
internal sealed class HandleResolver(IDnsQuery dns, HttpClient http, Uri? pds)
{
    private const string DnsPrefix = "did=";

    /// <exception cref="AccountNotFoundException">Nothing knows the handle.</exception>
    /// <exception cref="UpstreamException">No DNS server answered, and nothing else knows the handle.</exception>
    public async Task<string> ResolveAsync(string handle, CancellationToken cancellation)
    {
        var isLocal = pds?.IsLoopback == true;
        var did = isLocal ? await AskPdsAsync(handle, cancellation) : null;
        if (did is not null)
            return did;

        var records = await AskDnsAsync(handle, cancellation);
        did = records is null ? null : OnlyClaim(handle, records);
        did ??= await AskWebAsync(handle, cancellation);
        if (did is null && pds is not null && !isLocal)
            did = await AskPdsAsync(handle, cancellation);
        return did ?? throw (records is null
            ? new UpstreamException(
                KeyserverErrors.Unreachable, $"Cannot look up {handle}: no response from DNS for _atproto.{handle}.")
            : new AccountNotFoundException(
                $"Cannot find the account {handle}: there is no DNS record _atproto.{handle}, "
                + $"and https://{handle}/.well-known/atproto-did does not contain a DID."));
    }

    /// <summary>Returns null if DNS did not answer: then there may be a record.</summary>
    private async Task<IDnsQueryResponse?> AskDnsAsync(string handle, CancellationToken cancellation)
    {
        try
        {
            var response = await dns.QueryAsync($"_atproto.{handle}", QueryType.TXT, cancellationToken: cancellation);
            return response.Header.ResponseCode is DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain
                ? response
                : null;
        }
        catch (DnsResponseException)
        {
            return null;
        }
    }

    private static string? OnlyClaim(string handle, IDnsQueryResponse response)
    {
        var claims = response.Answers.OfType<TxtRecord>()
            .Select(record => string.Concat(record.Text))
            .Where(text => text.StartsWith(DnsPrefix, StringComparison.Ordinal))
            .Select(text => text[DnsPrefix.Length..])
            .Distinct()
            .ToList();
        return claims.Count > 1
            ? throw new AccountNotFoundException($"The DNS records _atproto.{handle} name more than one account.")
            : claims.Select(OnlyDid).FirstOrDefault();
    }

    private async Task<string?> AskWebAsync(string handle, CancellationToken cancellation)
    {
        try
        {
            return OnlyDid(await http.GetStringAsync(
                new Uri($"https://{handle}/.well-known/atproto-did"), cancellation));
        }
        catch (Exception e) when (IsUnanswered(e, cancellation))
        {
            return null;
        }
    }

    private async Task<string?> AskPdsAsync(string handle, CancellationToken cancellation)
    {
        try
        {
            var uri = new Uri(pds!, $"xrpc/com.atproto.identity.resolveHandle?handle={Uri.EscapeDataString(handle)}");
            var answer = await http.GetFromJsonAsync<JsonElement>(uri, cancellation);
            return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("did", out var did)
                && did.ValueKind == JsonValueKind.String
                ? OnlyDid(did.GetString()!)
                : null;
        }
        catch (Exception e) when (IsUnanswered(e, cancellation))
        {
            return null;
        }
    }

    private static string? OnlyDid(string text) =>
        text.Trim() is { Length: < 2048 } did && did.StartsWith("did:", StringComparison.Ordinal) ? did : null;

    private static bool IsUnanswered(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or JsonException
        || (e is OperationCanceledException && !cancellation.IsCancellationRequested);
}
